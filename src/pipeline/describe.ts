// Options of a plugin or a section as a table: the one text behind `--help`, `seiryu plugins` and the reference docs.
import type { Json, JsonObject, SourceAccess } from './define.ts';

export interface OptionRow {
  readonly name: string;
  readonly type: string;
  readonly standard: string;
  readonly description: string;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function typeName(schema: JsonObject): string {
  const { enum: values, const: constant, anyOf, type, items } = schema;
  if (Array.isArray(values)) return values.map(String).join(' \\| ');
  if (constant !== undefined) return String(constant);
  if (Array.isArray(anyOf)) return [...new Set(anyOf.filter(isObject).map(typeName))].join(' \\| ');
  if (type === 'array') return isObject(items) ? `list of ${typeName(items)}` : 'list';
  return typeof type === 'string' ? type : 'any';
}

/** Rows of a JSON Schema object, nested objects with dotted names. */
export function optionRows(schema: JsonObject, prefix = ''): OptionRow[] {
  const { properties } = schema;
  if (!isObject(properties)) return [];
  return Object.entries(properties).flatMap(([key, value]): OptionRow[] => {
    if (!isObject(value)) return [];
    const name = `${prefix}${key}`;
    const description = typeof value.description === 'string' ? value.description : '';
    const nested = [value, ...(Array.isArray(value.anyOf) ? value.anyOf.filter(isObject) : [])].flatMap((variant) =>
      optionRows(variant, `${name}.`),
    );
    const standard = value.default === undefined || isObject(value.default) ? '' : JSON.stringify(value.default);
    return [{ name, type: nested.length > 0 ? 'options' : typeName(value), standard, description }, ...nested];
  });
}

/** What has to be done before a corpus can be read, in one line. */
export function accessText(access: SourceAccess | undefined): string {
  if (access === undefined) return 'Open to all.';
  const { needs, page, variable } = access;
  const where = page === undefined ? '' : ` Terms: ${page}`;
  return `${needs}${where}${variable === undefined ? '' : ` (token in ${variable})`}`;
}
