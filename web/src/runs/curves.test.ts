import { describe, expect, it } from 'vitest';
import { brushText, parseBrush, within } from './brush.ts';
import { buildCurves, namedRuns } from './curves.ts';
import { formatDuration, shortDuration } from './duration.ts';
import { testRun } from './runs.testing.ts';

const start = Date.parse('2026-10-05T08:00:00Z');
const history = {
  runId: 'r',
  key: 'loss',
  samples: 4,
  steps: [0, 1, 2, 3],
  timesMs: [start, start + 10, start + 20, start + 30],
  values: [4, 0, null, 1],
};
const runs = namedRuns([testRun({ cost: null })]);

describe('curves', () => {
  it('tell runs of one name apart and give seven of them a colour', () => {
    const many = namedRuns(Array.from({ length: 9 }, (_, index) => testRun({ runId: `id${index}`, cost: null })));
    expect(many[0]?.name).toBe('test id0');
    expect(many.map(({ grey }) => grey)).toEqual([...Array(7).fill(false), true, true]);
    expect(new Set(many.map(({ variable }) => variable)).size).toBe(8);
  });

  it('stand over steps, over time, and over the time since the start', () => {
    const places = (axis: 'time' | 'relative' | undefined) =>
      buildCurves([history], runs, { axis })[0]?.points.map(({ x }) => x);
    expect(places(undefined)).toEqual([0, 1, 2, 3]);
    expect(places('time')?.[3]).toBe(start + 30);
    expect(places('relative')).toEqual([0, 10, 20, 30]);
  });

  it('leave out on a logarithmic scale what is not above zero, as a gap', () => {
    const [curve] = buildCurves([history], runs, { scale: 'log' });
    expect(curve?.points.map(({ value }) => value)).toEqual([4, null, null, 1]);
  });

  it('keep one point beyond the part that is shown, so that lines reach its edge', () => {
    const [curve] = buildCurves([history], runs, { start: 1, end: 1 });
    expect(curve?.points.map(({ x }) => x)).toEqual([0, 1, 2]);
  });
});

describe('a brush in an address', () => {
  it('is read back as it was written, whatever the column is called', () => {
    const brush = { column: 'metrics.a~b', from: -0.5, to: 2 };
    expect(parseBrush(brushText(brush))).toEqual(brush);
  });

  it.each(['', 'a', 'a~1', 'a~2~1', 'a~x~1', '~1~2'])('is none: %j', (text) => {
    expect(parseBrush(text)).toBeNull();
  });

  it('does not hold what has no value', () => {
    expect(within(null, { column: 'a', from: 0, to: 1 })).toBe(false);
    expect(within(1, { column: 'a', from: 0, to: 1 })).toBe(true);
  });
});

describe('a duration', () => {
  it.each([
    [840, '840 ms', '840 ms'],
    [12_400, '12.4 s', '12.4 s'],
    [185_000, '3 min 5 s', '3.08 min'],
    [9_600_000, '2 h 40 min', '2.67 h'],
    [273_600_000, '3 d 4 h', '3.17 d'],
  ])('of %d ms reads %s, and %s on an axis', (ms, long, short) => {
    expect([formatDuration(ms), shortDuration(ms)].map((text) => text.replaceAll('\u00a0', ' '))).toEqual([
      long,
      short,
    ]);
  });
});
