// Shows a run while it runs: a live block on a terminal, a plain line every ten seconds without one, JSON lines on request.
import logUpdate from 'log-update';
import type { Progress } from '../engine/progress.ts';
import { formatBytes } from '../pipeline/units.ts';
import type { TrainerEvent } from '../trainer/protocol.ts';
import { rescueLines } from '../trainer/rescue.ts';
import { statusBlock, statusLine } from './status.ts';

export type WatchMode = 'live' | 'plain' | 'json';

const REFRESH = { live: 200, plain: 10_000, json: 1_000 } as const;

export interface Watch {
  start(progress: () => Progress): void;
  event(event: TrainerEvent): void;
  /** Writes a line that stays. */
  print(line: string): void;
  stop(): void;
}

/** `json` writes progress and events to stdout; the other modes write to stderr and leave stdout to results. */
export function openWatch(name: string, mode: WatchMode): Watch {
  let timer: NodeJS.Timeout | undefined;
  let show = (): void => undefined;
  const emit = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
  const print = (line: string): void => {
    if (mode === 'live') logUpdate.clear();
    if (mode === 'json') process.stderr.write(`${line}\n`);
    else process.stdout.write(`${line}\n`);
  };
  return {
    start(progress) {
      show = () => {
        if (mode === 'json') emit({ type: 'progress', ...progress() });
        else if (mode === 'live') logUpdate(statusBlock(name, progress(), process.stdout.columns ?? 80));
        else print(statusLine(progress()));
      };
      timer = setInterval(show, REFRESH[mode]);
      timer.unref();
      if (mode === 'live') show();
    },
    event(event) {
      if (mode === 'json') {
        emit({ type: 'trainer', ...event });
        return;
      }
      for (const line of eventLines(event)) print(line);
      if (mode === 'live') show();
    },
    print,
    stop() {
      if (timer === undefined) return;
      clearInterval(timer);
      timer = undefined;
      if (mode === 'json') show();
      if (mode === 'live') logUpdate.clear();
    },
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

function diagnosticsLines({ perByte, sources, samples }: Extract<TrainerEvent, { event: 'diagnostics' }>): string[] {
  const bySource = Object.entries(sources).map(
    ([source, measured]) => `${source} ${measured.perByte?.toFixed(3) ?? '–'}`,
  );
  const measured = perByte === null ? [] : [`    perplexity a byte ${perByte.toFixed(3)}: ${bySource.join(', ')}`];
  if (samples === undefined) return measured;
  const [rep, distinct] = [samples.repetition[3] ?? 0, samples.distinct[1] ?? 0];
  return [
    ...measured,
    `    of ${samples.samples} samples ${percent(samples.looping)} loop, ${percent(samples.boilerplate)} hold boilerplate; rep-4 ${percent(rep)}, distinct-2 ${percent(distinct)}`,
  ];
}

/** What a person wants to read of a trainer event; steps are shown in the status only. */
export function eventLines(event: TrainerEvent): string[] {
  switch (event.event) {
    case 'backend': {
      const refused = event.refused.map(({ name, why }) => `    not ${name}: ${why}`);
      return [`trainer   backend ${event.name}: ${event.why}`, ...refused];
    }
    case 'tokenizer':
      return [
        `trainer   tokenizer with ${event.vocabulary} tokens from ${event.documents} documents (${formatBytes(event.bytes)})`,
      ];
    case 'model':
      return [
        `trainer   ${event.architecture}, ${(event.parameters / 1e6).toFixed(2)} M parameters: ${event.layers} layers, width ${event.width}, context ${event.context}${event.step > 0 ? `, going on from step ${event.step}` : ''}`,
      ];
    case 'evaluation':
      return [`trainer   step ${event.step}: held-out perplexity ${event.perplexity?.toFixed(1) ?? 'not finite'}`];
    case 'diagnostics':
      return diagnosticsLines(event);
    case 'rescue':
      return rescueLines(event.rescue).map((line) => `trainer   ${line}`);
    case 'mixture': {
      const shares = Object.entries(event.shares).map(([source, share]) => `${source} ${(100 * share).toFixed(0)} %`);
      return [
        `trainer   ${event.source} gives no more documents at present; the mixture goes on with ${shares.join(', ')}`,
      ];
    }
    case 'generated':
      return [
        'trainer   the model writes:',
        ...`${event.prompt}${event.text}`.split('\n').map((line) => `    ${line}`),
      ];
    case 'done':
      return [
        `trainer   done (${event.reason}): ${event.steps} steps, ${event.tokens} tokens, perplexity ${event.perplexity.first?.toFixed(1) ?? '–'} → ${event.perplexity.last?.toFixed(1) ?? '–'}, waited for data ${(100 * event.waitedShare).toFixed(1)} % of the time`,
      ];
    default:
      return [];
  }
}
