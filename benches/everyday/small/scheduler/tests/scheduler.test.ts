import { beforeEach, describe, expect, it } from 'vitest';
import { Heap, ManualClock, Scheduler } from '../src';

describe('heap', () => {
  it('gives the least first', () => {
    const heap = new Heap<number>((a, b) => a - b);
    [5, 1, 4, 1, 3].forEach((item) => heap.push(item));
    const sorted: number[] = [];
    while (heap.size > 0) sorted.push(heap.pop()!);
    expect(sorted).toEqual([1, 1, 3, 4, 5]);
    expect(heap.pop()).toBeUndefined();
  });
});

describe('scheduler', () => {
  let clock: ManualClock;
  let scheduler: Scheduler;
  const seen: string[] = [];

  beforeEach(() => {
    seen.length = 0;
    clock = new ManualClock(1000);
    scheduler = new Scheduler({ clock, onError: (error) => seen.push(`failed: ${(error as Error).message}`) });
  });

  it('runs what is due, in order', async () => {
    scheduler.after(20, () => void seen.push('late'));
    scheduler.after(10, async () => void seen.push('early'));
    expect(await scheduler.tick()).toBe(0);
    clock.advance(20);
    expect(await scheduler.tick()).toBe(2);
    expect(seen).toEqual(['early', 'late']);
  });

  it('repeats and cancels', async () => {
    const id = scheduler.every(5, () => void seen.push('again'));
    clock.advance(10);
    await scheduler.tick();
    expect(seen).toHaveLength(2);
    scheduler.cancel(id);
    clock.advance(10);
    expect(await scheduler.tick()).toBe(0);
  });

  it('tells of errors', async () => {
    scheduler.after(0, () => {
      throw new Error('broken');
    });
    await scheduler.tick();
    expect(seen).toEqual(['failed: broken']);
    expect(() => clock.advance(-1)).toThrow(RangeError);
  });
});
