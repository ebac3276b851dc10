// The JSON Schema of pipeline files, derived from the plugins' declarations: editors complete and check with it.
import { z } from 'zod';
import type { Json, JsonObject, Plugin } from './define.ts';
import { pipelineSchema } from './schema.ts';

const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.json());

/** JSON Schema of a plugin's options as people write them. */
export function optionsSchema(plugin: Plugin): JsonObject {
  const { $schema: _, ...schema } = jsonObject.parse(
    z.toJSONSchema(plugin.options, { io: 'input', unrepresentable: 'any' }),
  );
  return { ...schema, description: plugin.summary };
}

/** A list item: a name alone, or one name with its options. */
function listOf(plugins: readonly Plugin[]): JsonObject {
  const names: Json = plugins.map(({ name }) => name);
  const variants: Json[] = plugins.map((plugin) => ({
    type: 'object',
    properties: { [plugin.name]: { anyOf: [optionsSchema(plugin), { type: 'null' }] } },
    required: [plugin.name],
    additionalProperties: false,
  }));
  return { type: 'array', items: { anyOf: [{ enum: names }, ...variants] } };
}

export function pipelineJsonSchema(plugins: readonly Plugin[]): JsonObject {
  const schema = jsonObject.parse(z.toJSONSchema(pipelineSchema, { io: 'input', unrepresentable: 'any' }));
  const properties = jsonObject.parse(schema.properties);
  const of = (kind: Plugin['kind']): readonly Plugin[] => plugins.filter((plugin) => plugin.kind === kind);
  const described = (key: string, value: JsonObject): JsonObject => {
    const description = jsonObject.parse(properties[key]).description;
    return description === undefined ? value : { ...value, description };
  };
  const dedup = of('deduper').map((plugin): [string, Json] => [
    plugin.name,
    { anyOf: [{ type: 'boolean' }, optionsSchema(plugin)] },
  ]);
  return {
    ...schema,
    title: 'Seiryu pipeline',
    properties: {
      ...properties,
      sources: described('sources', { ...listOf(of('source')), minItems: 1 }),
      filters: described('filters', listOf(of('filter'))),
      dedup: described('dedup', {
        type: 'object',
        properties: {
          ...jsonObject.parse(jsonObject.parse(properties.dedup).properties),
          ...Object.fromEntries(dedup),
        },
        additionalProperties: false,
      }),
      sinks: described('sinks', listOf(of('sink'))),
    },
  };
}
