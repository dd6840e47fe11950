import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createRandom } from '../../../platform/numbers/index.ts';
import { Adwin } from './adwin.ts';
import { Ddm } from './ddm.ts';
import type { StreamDetector } from './detector.ts';
import { Kswin } from './kswin.ts';
import { PageHinkley } from './page-hinkley.ts';

/** The streams of river's own documentation, digit by digit, and where river 0.26 found a change. */
const golden = z
  .object({
    stream: z.string(),
    errors: z.string(),
    adwin: z.array(z.number()),
    adwinReversed: z.array(z.number()),
    adwinClock1: z.array(z.number()),
    adwinWidth: z.number(),
    adwinTotal: z.number(),
    pageHinkley: z.array(z.number()),
    pageHinkleyUp: z.array(z.number()),
    pageHinkleyDown: z.array(z.number()),
    ddm: z.array(z.number()),
    ddmWarnings: z.tuple([z.number(), z.number()]),
  })
  .parse(JSON.parse(readFileSync(new URL('../goldens/river.json', import.meta.url), 'utf8')));

const stream = [...golden.stream].map(Number);
const reversed = stream.toReversed();

function changes(detector: StreamDetector, values: readonly number[]): number[] {
  return values.flatMap((value, at) => (detector.update(value) === 'drift' ? [at] : []));
}

describe('ADWIN', () => {
  it('finds the change of river’s published example at index 1023, and keeps the window that river keeps', () => {
    const adwin = new Adwin();
    expect(changes(adwin, stream)).toEqual([1023]);
    expect(golden.adwin).toEqual([1023]);
    expect(adwin.width).toBe(golden.adwinWidth);
    expect(adwin.mean).toBeCloseTo(golden.adwinTotal / golden.adwinWidth, 12);
  });

  it('does so with other settings and on the stream backwards', () => {
    expect(changes(new Adwin({ clock: 1, delta: 0.01 }), stream)).toEqual(golden.adwinClock1);
    expect(changes(new Adwin(), reversed)).toEqual(golden.adwinReversed);
  });
});

describe('Page and Hinkley’s test', () => {
  it('finds what river finds, upwards, downwards and both', () => {
    expect(changes(new PageHinkley(), stream)).toEqual(golden.pageHinkley);
    expect(changes(new PageHinkley({ mode: 'up', threshold: 20 }), stream)).toEqual(golden.pageHinkleyUp);
    expect(changes(new PageHinkley({ mode: 'down', threshold: 20 }), reversed)).toEqual(golden.pageHinkleyDown);
  });
});

describe('DDM', () => {
  it('warns and finds drift where river does', () => {
    const ddm = new Ddm();
    const states = [...golden.errors].map((error) => ddm.update(Number(error)));
    expect(states.flatMap((state, at) => (state === 'drift' ? [at] : []))).toEqual(golden.ddm);
    const warnings = states.flatMap((state, at) => (state === 'warning' ? [at] : []));
    expect([warnings[0], warnings.length]).toEqual(golden.ddmWarnings);
  });
});

describe('KSWIN', () => {
  it('finds the change of river’s example within the newest values, and none before it', () => {
    const [first = 0] = changes(new Kswin({ alpha: 0.0001 }), stream);
    expect(first).toBeGreaterThan(1000);
    expect(first).toBeLessThan(1030);
  });

  it('is quiet on a stream that does not change', () => {
    const random = createRandom(3);
    expect(changes(new Kswin({ alpha: 0.0001 }), Array.from({ length: 2000 }, random))).toEqual([]);
  });
});
