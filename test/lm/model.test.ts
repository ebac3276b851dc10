// What users rely on of language models: what they were taught they expect, ARPA files mean what KenLM says, files are whole or refused.
import { mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PipelineError } from '../../src/errors.ts';
import { perplexity } from '../../src/filters/perplexity.ts';
import { readArpa } from '../../src/lm/arpa.ts';
import { firstOf, firstWithout, secondOf, secondWithout } from '../../src/lm/hashes.ts';
import { entriesOf, type Model, reserveLines, toShared } from '../../src/lm/model.ts';
import { encodeModel, readModel } from '../../src/lm/model-file.ts';
import { Scorer } from '../../src/lm/scorer.ts';
import { quantilesOf, Trainer, type TrainOptions } from '../../src/lm/train.ts';

const folder = mkdtempSync(join(tmpdir(), 'seiryu-lm-'));
const prose = [
  '春が来たので、朝から家族みんなで裏の山へ出かけた。',
  '山菜はまだ少なかったが、ふきのとうを籠に半分ほど採った。',
  '昼は川のそばで握り飯を食べ、午後は沢を少し上った。',
  '小屋の戸は外れていて、中には木の歯車だけが残っている。',
];
const defaults: TrainOptions = { order: 3, unit: 'character', memory: 4e6, prune: 1, smoothing: 'stupid-backoff' };

function trained(texts: readonly string[], options: Partial<TrainOptions> = {}): Model {
  const trainer = new Trainer({ ...defaults, ...options });
  for (const text of texts) trainer.learn(text);
  return trainer.finish();
}

/** Stupid back-off over plain counts: what the hashed and quantised model must come near. */
function plainBits(texts: readonly string[], text: string, order: number): number {
  const counts = new Map<string, number>();
  let total = 0;
  const add = (gram: string) => counts.set(gram, (counts.get(gram) ?? 0) + 1);
  for (const line of texts) {
    const tokens = ['<', ...line, '>'];
    for (let end = 0; end < tokens.length; end++) {
      if (end > 0) total++;
      for (let size = 1; size <= order && end - size + 1 >= 0; size++)
        add(tokens.slice(end - size + 1, end + 1).join(''));
    }
  }
  const tokens = ['<', ...text, '>'];
  let bits = 0;
  for (let at = 1; at < tokens.length; at++) {
    for (let size = Math.min(order, at + 1); ; size--) {
      const gram = tokens.slice(at - size + 1, at + 1).join('');
      const count = counts.get(gram);
      if (count !== undefined) {
        bits += Math.log2((size === 1 ? total : (counts.get(gram.slice(0, -1)) ?? 0)) / count);
        break;
      }
      if (size === 1) {
        bits += Math.log2(total);
        break;
      }
      bits -= Math.log2(0.4);
    }
  }
  return bits / (tokens.length - 1);
}

describe('hashes', () => {
  it('give the context back', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat({ max: 2 ** 32 - 1 }), (context, token) => {
        expect(firstWithout(firstOf(context, token), token)).toBe(context | 0);
        expect(secondWithout(secondOf(context, token), token)).toBe(context | 0);
      }),
    );
  });
});

describe('a trained model', () => {
  it('gives the scores of stupid back-off, to within its rounding', () => {
    const letters = fc.string({ unit: fc.constantFrom('山', '川', '谷', '海'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(
        fc.array(letters, { minLength: 1, maxLength: 20 }),
        letters,
        fc.integer({ min: 1, max: 5 }),
        (texts, text, order) => {
          const model = trained(texts, { order });
          const bits = Math.log2(new Scorer(model).perplexity(text, 1000));
          expect(Math.abs(bits - plainBits(texts, text, order))).toBeLessThan(0.0626);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('expects what it was taught, and noise least', () => {
    const model = trained(prose, { order: 4 });
    const measure = (text: string) => new Scorer(model).perplexity(text, 1000);
    const [known = ''] = prose;
    expect(measure(known)).toBeLessThan(measure('午後から裏の川のそばで山菜を採った。'));
    expect(measure('午後から裏の川のそばで山菜を採った。')).toBeLessThan(measure([...known].reverse().join('')));
    expect(measure([...known].reverse().join(''))).toBeLessThan(measure('株価指数先物取引'));
    expect(measure('')).toBe(Number.POSITIVE_INFINITY);
    expect(measure('ＡＢＣ　１２３')).toBe(measure('abc 456'));
  });

  it('measures each text as if it were the first', () => {
    const model = trained(prose);
    const scorer = new Scorer(model);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 0xffff }), { maxLength: 100 }), fc.constantFrom(...prose), (units, text) => {
        const first = scorer.perplexity(text, 1000);
        scorer.perplexity(String.fromCharCode(...units), 1000);
        expect(scorer.perplexity(text, 1000)).toBe(first);
      }),
    );
  });

  it('forgets what is rare when memory ends, stays in it, and is the same every time', () => {
    const texts = Array.from({ length: 300 }, (_, at) =>
      `${prose[at % 4]}${String.fromCharCode(0x4e00 + at, 0x5000 + 3 * at, 0x6000 + 7 * at)}`.repeat(3),
    );
    const small = () => trained(texts, { order: 5, memory: 100_000 });
    const model = small();
    expect(entriesOf(model.header)).toBeLessThan(0.7 * 4096 + 1);
    expect(Buffer.concat(encodeModel(model)).equals(Buffer.concat(encodeModel(small())))).toBe(true);
    const scorer = new Scorer(model);
    expect(scorer.perplexity(prose[0] ?? '', 1000)).toBeLessThan(
      scorer.perplexity([...(prose[0] ?? '')].reverse().join(''), 1000),
    );
  });

  it('counts words where it is told to', () => {
    const model = trained(['the river runs to the sea', 'the mill stands at the river'], { unit: 'word' });
    const measure = (text: string) => new Scorer(model).perplexity(text, 1000);
    expect(measure('The mill stands')).toBeLessThan(measure('stands mill the'));
  });

  it('is read from its file as it was, and refused when it is cut or none', () => {
    const model = trained(prose);
    const path = join(folder, 'a.lm');
    writeFileSync(path, Buffer.concat(encodeModel(model)));
    const { header, load } = readModel(path);
    expect(header).toEqual(model.header);
    const read = load();
    expect(Buffer.from(read.words).equals(Buffer.from(model.words))).toBe(true);
    expect(new Scorer(read).perplexity('川のそば', 1000)).toBe(new Scorer(model).perplexity('川のそば', 1000));
    truncateSync(path, readFileSync(path).length - 1);
    expect(() => readModel(path)).toThrow(/cut short/);
    const whole = Buffer.concat(encodeModel(model)).toString('latin1');
    writeFileSync(path, whole.replace('"format":2', '"format":1'), 'latin1');
    expect(() => readModel(path)).toThrow(/format 1.*reads format 2/);
    writeFileSync(path, 'no model at all, but a text of some length');
    expect(() => readModel(path)).toThrow(PipelineError);
    expect(() => readModel(join(folder, 'none.lm'))).toThrow(PipelineError);
  });
});

const ARPA = `\\data\\
ngram 1=5
ngram 2=4

\\1-grams:
-1.0\t<unk>\t0
-99\t<s>\t-0.5
-0.8\t</s>\t0
-0.6\t山\t-0.25
-0.7\t川\t-0.3

\\2-grams:
-0.2\t<s> 山
-0.4\t山 川
-0.3\t川 </s>
-0.9\t川 山

\\end\\
`;

describe('an ARPA model', () => {
  const path = join(folder, 'a.arpa');
  writeFileSync(path, ARPA);
  const model = readArpa(path);
  const log10 = (text: string): number => {
    const tokens = text.length + 1;
    return -Math.log10(new Scorer(model).perplexity(text, 1000)) * tokens;
  };

  it.each([
    ['山川', -0.2 - 0.4 - 0.3],
    ['川', -0.5 - 0.7 - 0.3],
    ['山山', -0.2 + (-0.25 - 0.6) + (-0.25 - 0.8)],
    ['海山', -0.5 - 1.0 + -0.6 + (-0.25 - 0.8)],
  ])('gives %s the probability that back-off by hand gives', (text, expected) => {
    expect(model.header).toMatchObject({ unit: 'character', orders: [{ entries: 5 }, { entries: 4 }] });
    expect(Math.abs(log10(text) - expected)).toBeLessThan(0.02 * 2 * (text.length + 1));
  });

  it('is refused with the line of what is wrong', () => {
    writeFileSync(path.replace('a.arpa', 'b.arpa'), ARPA.replace('-0.4\t山 川', '-0.4\t山 川 谷'));
    expect(() => readArpa(join(folder, 'b.arpa'))).toThrow(/2-gram/);
    writeFileSync(join(folder, 'd.arpa'), ARPA.replace('ngram 2=4', 'ngram 2=3'));
    expect(() => readArpa(join(folder, 'd.arpa'))).toThrow(/more 2-grams than it announces/);
    writeFileSync(join(folder, 'c.arpa'), 'mmap lm http://kheafield.com/code format version 5\n\0');
    expect(() => readArpa(join(folder, 'c.arpa'))).toThrow(PipelineError);
  });
});

describe('perplexity', () => {
  const model = trained(prose, { order: 4 });
  writeFileSync(
    join(folder, 'ja.lm'),
    Buffer.concat(encodeModel({ ...model, header: { ...model.header, quantiles: quantilesOf([20, 30, 40, 50, 60]) } })),
  );
  writeFileSync(join(folder, 'bare.lm'), Buffer.concat(encodeModel(model)));
  const apply = (options: object, text: string) =>
    perplexity
      .create(perplexity.options.parse(options), { language: 'ja', baseDir: folder })
      .apply({ id: 'a/0#0', text, meta: {} });

  it('sorts into head, middle and tail, by the bounds given or the model’s own', () => {
    const [text = ''] = prose;
    const measured = new Scorer(model).perplexity(text, 20_000);
    const bounds = (head: number, middle: number) => ({
      model: 'ja.lm',
      keep: ['middle'],
      head: head * measured,
      middle: middle * measured,
    });
    expect(apply(bounds(1.1, 2), text)).toEqual({ drop: 'head' });
    expect(apply(bounds(0.5, 1.1), text)).toEqual({ keep: text });
    expect(apply(bounds(0.5, 0.9), text)).toEqual({ drop: 'tail' });
    expect(apply({ model: 'ja.lm' }, text)).toEqual({ keep: text });
    expect(apply({ model: 'ja.lm' }, '鬱蒼饕餮魑魅魍魎')).toEqual({ drop: 'tail' });
    expect(apply({ model: 'a.arpa', head: 10, middle: 100 }, '山川')).toEqual({ keep: '山川' });
  });

  it('takes the model that all workers share instead of a copy of its own', () => {
    const options = { model: 'ja.lm', head: 8, middle: 100, keep: ['head'] };
    const parsed = perplexity.options.parse(options);
    const context = { language: 'ja', baseDir: folder };
    const tables = perplexity.share?.(parsed, context);
    expect(tables?.bytes).toBe(model.words.byteLength);
    const [text = ''] = prose;
    const document = { id: 'a/0#0', text, meta: {} };
    expect(perplexity.create(parsed, { ...context, shared: tables?.open() }).apply(document)).toEqual({ keep: text });
    // Shared words that are not the file's own tell which of the two is asked.
    const other = { ...model, ...reserveLines(model.header) };
    expect(perplexity.create(parsed, { ...context, shared: toShared(other) }).apply(document)).toEqual({
      drop: 'tail',
    });
    expect(perplexity.share?.(perplexity.options.parse({}), context)).toBeUndefined();
  });

  it('asks for bounds that it does not have, and for a model that is not there', () => {
    expect(() => apply({ model: 'bare.lm' }, '')).toThrow(/bounds/);
    expect(() => apply({ model: 'none.lm' }, '')).toThrow(/none\.lm/);
  });
});
