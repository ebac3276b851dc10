import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseSurvivor, dateOf, type Member } from '../../src/dedup/prefer.ts';
import { PREFERENCES } from '../../src/pipeline/dedup-policy.ts';
import { parsePlan } from '../../src/pipeline/load.ts';

const member = (number: number, source: number, length: number, date?: number): Member => ({
  number,
  source,
  length,
  date,
});
const MEMBERS = [member(3, 1, 50, 200), member(7, 0, 80), member(9, 2, 80, 100), member(12, 0, 10, 300)];

describe('the survivor of a cluster', () => {
  it.each([
    ['first', 3],
    ['source', 7],
    ['longest', 7],
    ['newest', 12],
    ['oldest', 9],
  ] as const)('by %s is number %i', (prefer, number) => {
    expect(chooseSurvivor(MEMBERS, prefer).number).toBe(number);
  });

  it('is the same whatever order the members come in, and a member', () => {
    const one = fc.record({
      number: fc.nat(),
      source: fc.nat(3),
      length: fc.nat(5),
      date: fc.option(fc.nat(5), { nil: undefined }),
    });
    const clusters = fc.uniqueArray(one, { minLength: 1, maxLength: 12, selector: ({ number }) => number });
    fc.assert(
      fc.property(clusters, fc.constantFrom(...PREFERENCES), (members, prefer) => {
        const chosen = chooseSurvivor(members, prefer);
        expect(members).toContain(chosen);
        expect(chooseSurvivor(members.toReversed(), prefer)).toBe(chosen);
        expect(
          chooseSurvivor(
            members.toSorted((a, b) => a.length - b.length),
            prefer,
          ),
        ).toBe(chosen);
      }),
    );
  });
});

describe('the date of a record', () => {
  it.each([
    [{ timestamp: '2019-04-21T10:00:00Z' }, Date.UTC(2019, 3, 21, 10)],
    [{ timestamp: '2019-04-21 10:00:00' }, Date.UTC(2019, 3, 21, 10)],
    [{ warc_headers: { 'warc-date': '2022-11-26T10:40:46Z' } }, Date.UTC(2022, 10, 26, 10, 40, 46)],
    [{ date: '2020-02-03' }, Date.UTC(2020, 1, 3)],
    [{ timestamp: 1_600_000_000 }, 1_600_000_000_000],
    [{ timestamp: 1_600_000_000_000 }, 1_600_000_000_000],
    [{ timestamp: 'yesterday', date: '2020-02-03' }, Date.UTC(2020, 1, 3)],
    [{ title: 'none' }, undefined],
    [{ timestamp: '2019-99-99' }, undefined],
  ])('of %j', (meta, expected) => {
    expect(dateOf(meta)).toBe(expected);
  });
});

describe('prefer in a pipeline file', () => {
  const text = (prefer: string): string =>
    `sources: [{ files: { glob: "*.txt" } }]\ndedup:\n  exact: true\n  prefer: ${prefer}\n`;

  it.each(['first', 'source'])('takes %s, which one pass can honour', async (prefer) => {
    expect((await parsePlan(text(prefer), '/p.yaml')).policy.prefer).toBe(prefer);
  });

  it.each(['longest', 'newest', 'oldest'])('refuses %s in one pass, with the line and what can', async (prefer) => {
    await expect(parsePlan(text(prefer), '/p.yaml')).rejects.toMatchObject({
      problems: [{ line: 4, path: 'dedup.prefer', message: expect.stringContaining('mode: global') }],
    });
  });
});
