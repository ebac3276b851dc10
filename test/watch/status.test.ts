import { describe, expect, it } from 'vitest';
import { type Progress, secondsLeft, totalBytes } from '../../src/engine/progress.ts';
import { formatDuration, statusBlock, statusLine } from '../../src/watch/status.ts';
import { eventLines } from '../../src/watch/terminal.ts';

const progress: Progress = {
  phase: 'streaming',
  documents: { read: 12_345, kept: 10_000, dropped: 2_300, quarantined: 45 },
  bytes: { fetched: 4e6, decoded: 12e6, kept: 9e6 },
  shards: { ended: 3, listed: 12 },
  read: 0.25,
  disk: { used: 5e6, budget: 20e6 },
  index: 2e6,
  seconds: 75,
  speed: 160e3,
  left: 3700,
  retries: 2,
  trainer: {
    backend: { event: 'backend', name: 'wasm', why: 'it works', refused: [] },
    step: {
      event: 'step',
      step: 40,
      loss: 4.25,
      gradientNorm: 1,
      rate: 1e-3,
      tokens: 40_960,
      documents: 90,
      waited: 0.5,
      seconds: 50,
    },
  },
};

describe('the status', () => {
  it('says in one line how far the run is, what it keeps, what it holds on disk, how the trainer does and how long it takes', () => {
    const line = statusLine(progress);
    for (const part of [
      '1m15s',
      'shards 3/12',
      'documents 12,345',
      'kept 81.0 %',
      'quarantined 45',
      '160.0 kB/s',
      '2 retries',
      'disk 5.0 MB of 20.0 MB',
      'loss 4.250',
      'waited 1.0 %',
      '1h01m left',
    ]) {
      expect(line).toContain(part);
    }
  });

  it('fits the terminal, however narrow', () => {
    for (const columns of [40, 60, 80, 120, 200]) {
      for (const line of statusBlock('sample', progress, columns).split('\n'))
        expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it('shows how much of the published bytes was read', () => {
    const filled = (read: number): number =>
      statusBlock('s', { ...progress, read }, 120)
        .split('\n')[1]
        ?.split('█').length ?? 0;
    expect(filled(0.1)).toBeLessThan(filled(0.5));
    expect(filled(0.5)).toBeLessThan(filled(1));
  });

  it('says how much of a shard is read again before new blocks come', () => {
    const forward = { skipped: 3e6, toSkip: 40e6 };
    expect(statusLine({ ...progress, forward })).toContain('fast-forward 3.0 MB of 40.0 MB');
    expect(statusBlock('s', { ...progress, forward }, 160)).toContain('fast-forward 3.0 MB of 40.0 MB');
    expect(statusLine(progress)).not.toContain('fast-forward');
  });

  it('writes a loss that is no number as what it is', () => {
    const step = { ...progress.trainer?.step, loss: null };
    const broken = {
      ...progress,
      trainer: { ...progress.trainer, step: Object.assign({}, progress.trainer?.step, step) },
    };
    expect(statusLine(broken)).toContain('loss not finite');
  });
});

describe('time', () => {
  it('is written as people say it', () => {
    expect([5, 65, 3 * 3600 + 60, 50 * 3600].map(formatDuration)).toEqual(['5s', '1m05s', '3h01m', '2d02h']);
  });

  it('left is unknown until something was read, and then goes by the bytes', () => {
    expect(secondsLeft(0, 100, 0, 10)).toBeUndefined();
    expect(secondsLeft(50, undefined, 0, 10)).toBeUndefined();
    expect(secondsLeft(50, 100, 0, 10)).toBe(10);
    // A resumed run goes by its own speed.
    expect(secondsLeft(75, 100, 50, 10)).toBe(10);
    expect(totalBytes([10, undefined, 20])).toBe(45);
    expect(totalBytes([undefined])).toBeUndefined();
  });
});

describe('trainer events', () => {
  it('tell the chosen backend and why the others were not', () => {
    const lines = eventLines({
      event: 'backend',
      name: 'wasm',
      why: 'works',
      refused: [{ name: 'node', why: 'not installed' }],
    });
    expect(lines).toEqual(['trainer   backend wasm: works', '    not node: not installed']);
  });
});
