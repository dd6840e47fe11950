import { describe, expect, it } from 'vitest';
import { createConcurrencyWindow } from './concurrency-window.ts';

const look = (fromSeconds: number, atSeconds: number, concurrencySeconds: number) => ({
  fromSeconds,
  atSeconds,
  concurrencySeconds,
  replicas: 1,
  arrivalsSeconds: [],
  servedSeconds: [],
  unserved: 0,
  waitsSeconds: [],
});

describe('the mean concurrency of a window', () => {
  it('is over all that was seen while that is less than the window', () => {
    const window = createConcurrencyWindow(60);
    expect(window.mean(60)).toBe(0);
    window.add(look(100, 105, 40));
    window.add(look(105, 110, 0));
    expect(window.mean(60)).toBe(4);
    expect(window.mean(5)).toBe(0);
  });

  it('counts an interval by the part of it that lies in the window', () => {
    const window = createConcurrencyWindow(60);
    window.add(look(0, 10, 50));
    window.add(look(10, 20, 20));
    expect(window.mean(15)).toBeCloseTo((25 + 20) / 15);
  });

  it('forgets what is older than its memory', () => {
    const window = createConcurrencyWindow(10);
    for (let at = 0; at < 100; at += 1) window.add(look(at, at + 1, at < 90 ? 7 : 1));
    expect(window.mean(10)).toBe(1);
  });
});
