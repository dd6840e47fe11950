import { describe, expect, it } from 'vitest';
import { CanaryAnalysis } from '../../endpoint-spec/rollout/schema.ts';
import type { PrometheusCheck } from '../../endpoint-spec/schema.ts';
import type { SeriesEvidence } from './analysis.ts';
import { createSeriesReader } from './read-series.ts';
import { fillPlaceholders, planSeries } from './series-queries.ts';

const parse = (more: object = {}, analysis: object = {}) =>
  CanaryAnalysis.parse({
    checks: [{ metric: 'prometheus', name: 'q', source: 'main', better: 'lower', margin: 1, query: 'q{v="$version"}', ...more }],
    ...analysis,
  });
const parseCheck = (more: object = {}) => parse(more).checks[0] as PrometheusCheck;

describe('the instants of a step', () => {
  it('are whole intervals after its start', () => {
    const check = parseCheck({ every: '1m' });
    expect(planSeries(check, 1_000, 60_999)).toBeNull();
    expect(planSeries(check, 1_000, 151_000)).toMatchObject({ startMs: 61_000, endMs: 121_000, stepMs: 60_000 });
  });

  it('are thinned where they are more than one query answers', () => {
    const plan = planSeries(parseCheck({ every: '5s' }), 0, 25_001 * 5_000);
    expect(plan).toMatchObject({ startMs: 15_000, stepMs: 15_000, endMs: 8_333 * 15_000 });
  });
});

it('placeholders become the versions, the revision and the endpoint of each side', () => {
  const query = 'rate(x{version=~"$version",r="$revision",e="$endpoint",$versions}[1m])';
  const question = planSeries(parseCheck({ query }), 0, 60_000);
  const buildSide = (revision: number, ...versions: string[]) => ({
    revision: { revision },
    variants: versions.map((version) => ({ version })),
  });
  const [live, canary] = [buildSide(7, '3'), buildSide(8, '4', '5', '4')];
  if (question === null) throw new Error('no instants');
  expect(fillPlaceholders(question, { endpoint: 'e-1', live, canary })).toMatchObject({
    live: 'rate(x{version=~"3",r="7",e="e-1",$versions}[1m])',
    canary: 'rate(x{version=~"4|5",r="8",e="e-1",$versions}[1m])',
  });
});

describe('a Prometheus', () => {
  const rollout = { endpoint: 'e', revision: 2, state: 'running', step: 0, stepMs: 0, begunMs: 0 } as const;
  const begun = { ...rollout, reason: null, checks: [] };

  function createReader(evidence: () => SeriesEvidence) {
    const state = { now: 0, queries: 0 };
    const readSeries = async () => {
      state.queries += 1;
      return evidence();
    };
    const deps = { clock: { now: () => state.now }, readSeries, analysis: parse({ every: '1m' }) };
    return { state, read: createSeriesReader(deps, begun) };
  }

  it('is queried once for each new interval', async () => {
    const { state, read } = createReader(() => ({ live: [1], canary: [1], instants: 1, reason: null }));
    expect(await read()).toMatchObject([{ reason: 'The first interval of this step has not ended yet.' }]);
    for (state.now = 60_000; state.now < 180_000; state.now += 500) await read();
    expect(state.queries).toBe(2);
  });

  it('that fails is queried again after 15 s', async () => {
    const { state, read } = createReader(() => ({ live: [], canary: [], instants: 1, reason: 'down' }));
    for (state.now = 60_000; state.now < 90_000; state.now += 500) expect(await read()).toMatchObject([{ reason: 'down' }]);
    expect(state.queries).toBe(2);
  });
});

describe('a document', () => {
  it.each([
    [{ query: 'up' }, /needs \$version or \$revision/],
    [{ live: 'a' }, /either query, or both live and canary/],
    [{ query: undefined, live: 'a' }, /either query, or both live and canary/],
    [{ query: undefined, live: 'a', canary: 'a' }, /the same query/],
    [{ ratio: 1.1 }, /either a margin or a ratio/],
    [{ margin: undefined }, /either a margin or a ratio/],
    [{ margin: -1 }, /margin/],
    [{ margin: undefined, ratio: 0 }, /ratio/],
    [{ margin: undefined, ratio: 0.9 }, /above 1 where lower is better/],
    [{ margin: undefined, ratio: 1.1, better: 'higher' }, /below 1 where higher/],
    [{ every: '1s' }, /5 seconds at least/],
    [{ source: 'http://example.org' }, /lower-case letters/],
  ])('with %j is refused', (more, message) => {
    expect(() => parse(more)).toThrow(message);
  });

  it('may have several Prometheus checks, with different names', () => {
    const check = parseCheck();
    expect(parse({}, { checks: [check, { ...check, name: 'other' }] }).checks).toHaveLength(2);
    expect(() => parse({}, { checks: [check, check] })).toThrow(/at most one check/);
  });

  it.each([0, 1, -2])('with a ratio of cost of %d is refused', (ratio) => {
    expect(() => CanaryAnalysis.parse({ checks: [{ metric: 'cost', ratio }] })).toThrow(/ratio|1/);
  });
});
