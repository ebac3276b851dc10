import { describe, expect, it } from 'vitest';
import { Governor } from '../../src/engine/governor.ts';
import { DiskError } from '../../src/errors.ts';

const open = (budget: number, free = 1e12, reserve = 0) =>
  new Governor({ dir: '/runs/x', budget, reserve, freeBytes: async () => free });

describe('the disk governor', () => {
  it('lets the run hold exactly its budget and not a byte more', async () => {
    const governor = open(100);
    await governor.reserve(60, 'shards');
    await governor.reserve(40, 'journal');
    await expect(governor.reserve(1, 'log')).rejects.toThrow(DiskError);
    expect(governor.used).toBe(100);
  });

  it('says how much is missing, what holds the rest and what to do', async () => {
    const governor = open(1000);
    await governor.reserve(900, 'shards');
    const refused = await governor.reserve(350, 'shards').catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'disk.budget',
      exitCode: 4,
      message: expect.stringContaining('(250 bytes)'),
      fix: expect.stringContaining('disk.budget'),
    });
    expect(String(refused)).toContain('shards 900 B');
  });

  it('takes released bytes again', async () => {
    const governor = open(100);
    await governor.reserve(100, 'shards');
    governor.release(70, 'shards');
    await governor.reserve(70, 'shards');
    expect(governor.peak).toBe(100);
  });

  it('asks for relief at the limit and goes on when something was freed', async () => {
    const governor = open(100);
    await governor.reserve(100, 'shards');
    let asked = 0;
    governor.relief = async () => {
      asked++;
      governor.release(25, 'shards');
      return true;
    };
    await governor.reserve(50, 'shards');
    expect(asked).toBe(2);
    expect(governor.used).toBe(100);
  });

  it('leaves the volume’s reserve to others', async () => {
    let free = 1000;
    const governor = new Governor({ dir: '/runs/x', budget: 1e9, reserve: 800, freeBytes: async () => free });
    await governor.reserve(150, 'shards');
    free = 850;
    await expect(governor.reserve(100, 'shards')).rejects.toMatchObject({
      code: 'disk.reserve',
      message: expect.stringContaining('(50 bytes)'),
    });
  });

  it('notices that others fill the volume', async () => {
    let free = 10 ** 9;
    const governor = new Governor({ dir: '/runs/x', budget: 1e12, reserve: 0, freeBytes: async () => free });
    await governor.reserve(2 ** 20, 'shards');
    free = 2 ** 19;
    const writes = async () => {
      for (let block = 0; block < 64; block++) await governor.reserve(2 ** 20, 'shards');
    };
    await expect(writes()).rejects.toMatchObject({ code: 'disk.reserve' });
  });

  it('tells what grows with the corpus from what does not', async () => {
    const governor = open(1000);
    await governor.reserve(300, 'checkpoint');
    await governor.reserve(200, 'shards');
    governor.release(150, 'shards');
    expect(governor.summary()).toEqual({
      peak: 500,
      budget: 1000,
      used: 350,
      stream: 200,
      fixed: 300,
      parts: { checkpoint: 300, shards: 200 },
    });
  });
});
