// `seiryu doctor`: what this machine has, what is missing, and the fix.
import { statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { Command } from 'commander';
import { errorMessage, SeiryuError } from '../errors.ts';
import { formatBytes } from '../pipeline/units.ts';

interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'absent' | 'broken';
  readonly detail: string;
}

async function attempt(name: string, check: () => Promise<string>): Promise<Finding> {
  try {
    return { name, state: 'ok', detail: await check() };
  } catch (error) {
    return {
      name,
      state: 'broken',
      detail: `${errorMessage(error)} — run \`npm rebuild\`; building it needs a C++ compiler, make and python3`,
    };
  }
}

async function zstd(): Promise<string> {
  const { compress, decompress } = await import('zstd-napi');
  const text = Buffer.from('清流'.repeat(100));
  if (!decompress(compress(text)).equals(text)) throw new Error('it does not give back what it compressed');
  return 'reads OSCAR, writes compressed shards';
}

async function xz(): Promise<string> {
  const { unxzAsync, xzAsync } = await import('node-liblzma');
  const text = Buffer.from('清流'.repeat(100));
  if (!(await unxzAsync(await xzAsync(text))).equals(text)) throw new Error('it does not give back what it compressed');
  return 'reads CC100';
}

async function dedupers(): Promise<string> {
  const names: string[] = [];
  const { plugins } = await import('../registry.gen.ts');
  for (const plugin of plugins) {
    if (plugin.kind !== 'deduper') continue;
    const signer = await plugin.createSigner(plugin.options.parse({}));
    signer.sign('清流が流れる。', new Uint32Array(signer.words), 0);
    names.push(plugin.name);
  }
  return `${names.join(', ')} sign documents`;
}

async function survey(): Promise<Finding[]> {
  const { bavail, bsize } = await statfs('.');
  const token: Finding =
    process.env.HF_TOKEN === undefined
      ? {
          name: 'HF_TOKEN',
          state: 'absent',
          detail: 'needed for gated corpora such as OSCAR: accept its terms on the hub, then export HF_TOKEN',
        }
      : { name: 'HF_TOKEN', state: 'ok', detail: 'set' };
  // TensorFlow.js takes long to load: only here, not for every command.
  const { surveyBackends } = await import('../trainer/backends.ts');
  const backends = (await surveyBackends()).map(
    ({ name, works, why }): Finding => ({ name: `trainer ${name}`, state: works ? 'ok' : 'absent', detail: why }),
  );
  return [
    { name: 'node', state: 'ok', detail: `${process.version} on ${process.platform} ${process.arch}` },
    {
      name: 'machine',
      state: 'ok',
      detail: `${availableParallelism()} cores, ${formatBytes(totalmem())} memory, ${formatBytes(bavail * bsize)} free here`,
    },
    await attempt('zstd', zstd),
    await attempt('xz', xz),
    await attempt('dedup', dedupers),
    token,
    ...backends,
  ];
}

const MARK = { ok: 'ok', absent: '–', broken: '✗' } as const;

export const doctorCommand = new Command('doctor')
  .summary('what this machine has, what is missing, and the fix')
  .description(
    'Tells what this machine has, what is missing, and the fix. Exit 1 when something that a run needs is broken.',
  )
  .option('--json', 'the findings as JSON', false)
  .action(async (flags: { json: boolean }) => {
    const findings = await survey();
    if (flags.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
    else {
      const width = Math.max(...findings.map(({ name }) => name.length));
      for (const { name, state, detail } of findings)
        process.stdout.write(`${MARK[state].padEnd(3)}${name.padEnd(width + 2)}${detail}\n`);
    }
    const broken = findings.filter(({ state }) => state === 'broken');
    if (broken.length > 0) {
      throw new SeiryuError(`${broken.map(({ name }) => name).join(', ')} cannot work here.`, {
        code: 'doctor.broken',
        fix: 'See the lines marked ✗.',
      });
    }
  });
