// How a run stands, in a few lines for people; pure text from progress.
import type { Progress } from '../engine/progress.ts';
import { formatBytes } from '../pipeline/units.ts';
import { growthText } from './growth.ts';

const number = new Intl.NumberFormat('en-US');

export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${String(Math.floor(seconds % 60)).padStart(2, '0')}s`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 48) return `${hours}h${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')}m`;
  return `${Math.floor(hours / 24)}d${String(hours % 24).padStart(2, '0')}h`;
}

const percent = (part: number, whole: number): string => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);

function bar(part: number, whole: number, width: number): string {
  const filled = whole <= 0 ? 0 : Math.min(width, Math.round((part / whole) * width));
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`;
}

function trainerText(trainer: NonNullable<Progress['trainer']>): string {
  const { backend, tokenizer, step, evaluation, rescue } = trainer;
  if (backend === undefined) return 'starting';
  if (step === undefined)
    return tokenizer === undefined
      ? `${backend.name}, reading documents for the tokenizer`
      : `${backend.name}, vocabulary ${number.format(tokenizer.vocabulary)}`;
  const loss = step.loss === null ? 'not finite' : step.loss.toFixed(3);
  const speed = step.seconds > 0 ? `${number.format(Math.round(step.tokens / step.seconds))} tokens/s` : '';
  const waited = step.seconds > 0 ? `waited ${percent(step.waited, step.seconds)}` : '';
  const perplexity = evaluation?.perplexity == null ? [] : [`held-out perplexity ${evaluation.perplexity.toFixed(1)}`];
  const rescues = rescue === undefined ? [] : [`${rescue.rescue.number} rescued`];
  return [
    `${backend.name}`,
    `step ${number.format(step.step)}`,
    `loss ${loss}`,
    ...perplexity,
    speed,
    waited,
    ...rescues,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

function forwardText({ forward }: Progress): string[] {
  if (forward === undefined) return [];
  return [`fast-forward ${formatBytes(forward.skipped)} of ${formatBytes(forward.toSkip)}`];
}

const isReading = ({ phase }: Progress): boolean => phase === 'streaming' || phase === 'signing';

/** One line, for logs and pipes. */
export function statusLine(progress: Progress): string {
  const { documents, bytes, disk, shards, seconds, speed, left, trainer } = progress;
  const growth = growthText(progress.growth);
  const parts = [
    `${formatDuration(seconds)}`,
    progress.phase,
    `shards ${shards.ended}/${shards.listed}`,
    `documents ${number.format(documents.read)}`,
    `kept ${percent(documents.kept, documents.read)}`,
    ...(documents.quarantined > 0 ? [`quarantined ${number.format(documents.quarantined)}`] : []),
    `${formatBytes(bytes.decoded)} at ${formatBytes(speed)}/s`,
    ...(progress.retries > 0 ? [`${number.format(progress.retries)} retries`] : []),
    ...forwardText(progress),
    `disk ${formatBytes(disk.used)} of ${formatBytes(disk.budget)}`,
    ...(growth === undefined ? [] : [`index ${growth}`]),
    ...(trainer === undefined ? [] : [`trainer ${trainerText(trainer)}`]),
    ...(left === undefined || !isReading(progress) ? [] : [`${formatDuration(left)} left`]),
  ];
  return parts.join('  ');
}

/** The live block of a terminal, at most `columns` wide per line. */
export function statusBlock(name: string, progress: Progress, columns: number): string {
  const { documents, bytes, disk, shards, seconds, speed, left, trainer } = progress;
  const width = Math.max(8, Math.min(24, columns - 56));
  const growth = growthText(progress.growth);
  const rows: (readonly [string, string])[] = [
    [
      'stream',
      `${bar(progress.read ?? shards.ended / Math.max(1, shards.listed), 1, width)} ${shards.ended}/${shards.listed} shards · ${formatBytes(bytes.decoded)} · ${formatBytes(speed)}/s${progress.retries > 0 ? ` · ${number.format(progress.retries)} retries` : ''}${forwardText(
        progress,
      )
        .map((text) => ` · ${text}`)
        .join('')}`,
    ],
    [
      'documents',
      `${number.format(documents.read)} read · ${number.format(documents.kept)} kept (${percent(documents.kept, documents.read)}) · ${number.format(documents.quarantined)} quarantined`,
    ],
    ['disk', `${bar(disk.used, disk.budget, width)} ${formatBytes(disk.used)} of ${formatBytes(disk.budget)}`],
    ...(growth === undefined ? [] : [['index', growth] as const]),
    ...(trainer === undefined ? [] : [['trainer', trainerText(trainer)] as const]),
    [
      'time',
      `${formatDuration(seconds)}${left === undefined || !isReading(progress) ? '' : ` · about ${formatDuration(left)} left`} · ${progress.phase}`,
    ],
  ];
  const lines = rows.map(([label, value]) => `  ${label.padEnd(10)}${value}`.slice(0, columns));
  return [`清流 ${name}`.slice(0, columns), ...lines].join('\n');
}
