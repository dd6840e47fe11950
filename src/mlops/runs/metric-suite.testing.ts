import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { insertRows, type Store } from '../../platform/store/index.ts';
import type { Place } from '../../platform/store/suite.testing.ts';
import { createLog } from '../../platform/telemetry/index.ts';
import type { Comparison, Ordering } from '../wire/index.ts';
import { createMetricRest } from './metric-rest.ts';
import { insertMetrics, listRunsWithMovingMetrics, readMetricHistory, settleMetrics } from './metric-store.ts';
import { trackingMigrations } from './migrations.ts';
import { searchRuns } from './run-search-store.ts';
import { findLatestMetrics, insertRun } from './run-store.ts';
import type { Metric, RunInfo } from './types.ts';

const NUMBERS = [-1, 0, 0.1, 1, 2 ** 53 - 1];
const sample = fc.record({
  key: fc.constantFrom('a', 'b', 'loss/ü'),
  step: fc.constantFrom(-9, -1, 0, 1, 7, 8, 9, 2 ** 40),
  timestamp: fc.constantFrom(0, 1, 1_793_491_200_000),
  value: fc.oneof(fc.constantFrom(...NUMBERS, Number.NaN), fc.double({ noDefaultInfinity: true })),
});
const RUNS = 12;
const run = fc.record({
  start: fc.integer({ min: 0, max: 3 }),
  a: fc.option(fc.constantFrom(0, 1, 2, Number.NaN)),
  b: fc.option(fc.constantFrom(0, 1, Number.NaN)),
  rests: fc.boolean(),
});
type GivenRun = typeof run extends fc.Arbitrary<infer T> ? T : never;

/** Behaviour of metrics that both engines share. */
export function metricSuite(engine: string, newPlace: NewPlace): void {
  describe(`metrics on ${engine}`, () => {
    samplesTests(newPlace);
    upkeepTests(newPlace);
    searchTests(newPlace);
  });
}

type NewPlace = () => Promise<Place>;

function samplesTests(newPlace: NewPlace): void {
  it('have the greatest by (step, timestamp, value) as latest and each sample once, however they arrive', async () => {
    await using store = await openTracking(newPlace);
    const batches = fc.array(fc.array(sample, { maxLength: 8 }), { maxLength: 8 });
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(batches, fc.boolean(), async (given, atOnce) => {
        const runId = `run-${++runs}`;
        const write = (batch: readonly Metric[]) => store.append((sql) => insertMetrics(sql, runId, batch));
        // Each batch twice, as a client does that has lost the answer.
        if (atOnce) await Promise.all([...given, ...given].map(write));
        else for (const batch of [...given, ...given]) await write(batch);
        const latest = (await findLatestMetrics(store, [runId])).get(runId) ?? [];
        expect(latest).toEqual(expectedLatest(given.flat()));
        for (const { key } of latest) {
          const { metrics } = await readMetricHistory(store, runId, key, { position: null, limit: null });
          expect(metrics).toEqual(expectedHistory(given.flat(), key));
        }
      }),
      { numRuns: 60 },
    );
  });
}

function upkeepTests(newPlace: NewPlace): void {
  it('keep what was logged before they lay by step', async () => {
    await using store = await (await newPlace()).open();
    const { 'tracking/001-experiments-and-runs': first } = trackingMigrations;
    if (first === undefined) throw new Error('the first step has another name');
    await store.migrate({ 'tracking/001-experiments-and-runs': first });
    const steps = [-9, -8, 0, 7, 8, 100];
    for (const table of ['metric', 'latest_metric']) {
      await insertRows(store, {
        table,
        columns: {
          run_id: 'text',
          key: 'text',
          timestamp: 'bigint',
          step: 'bigint',
          value: 'double precision',
          is_nan: 'integer',
        },
        rows: (table === 'metric' ? steps : steps.slice(-1)).map((step) => ['old', 'a', 5, step, step / 3, 0]),
        onConflict: '',
      });
    }
    await store.migrate(trackingMigrations);
    const samples = steps.map((step) => ({ key: 'a', timestamp: 5, step, value: step / 3 }));
    await insertMetrics(store, 'old', samples);
    const { metrics } = await readMetricHistory(store, 'old', 'a', { position: null, limit: null });
    expect(metrics).toEqual(samples);
    expect((await findLatestMetrics(store, ['old'])).get('old')).toEqual(samples.slice(-1));
  });

  it('enter the index by value when their run has been quiet, and leave it when they move', async () => {
    await using store = await openTracking(newPlace);
    let now = 0;
    const clock = { now: () => now };
    await using rest = createMetricRest({ store, clock, log: createLog('silent') });
    const log = async (runId: string, step: number) => {
      rest.logged(runId);
      await insertMetrics(store, runId, [{ key: 'a', value: step, timestamp: step, step }]);
    };
    const moving = async () => (await listRunsWithMovingMetrics(store)).toSorted();
    await log('one', 1);
    now = 4_000;
    await log('other', 1);
    await rest.settle();
    expect(await moving()).toEqual(['one', 'other']);
    now = 5_000;
    await rest.settle();
    expect(await moving()).toEqual(['other']);
    await log('one', 0);
    expect(await moving()).toEqual(['other']);
    await log('one', 2);
    expect(await moving()).toEqual(['one', 'other']);
    now = 60_000;
    await rest.settle();
    expect(await moving()).toEqual([]);
  });
}

function searchTests(newPlace: NewPlace): void {
  it('order and filter runs alike, by whatever index and page by page', async () => {
    await using store = await openTracking(newPlace);
    const few = fc.constantFrom(0, 5, 1000);
    let experiments = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(run, { maxLength: RUNS }),
        fc.constantFrom(...FILTERS),
        fc.constantFrom(...ORDERS),
        few,
        fc.integer({ min: 1, max: 5 }),
        async (given, filter, order, atMost, limit) => {
          const experimentId = ++experiments;
          const ids = await insertRuns(store, experimentId, given);
          const query = { experimentIds: [experimentId], stages: ['active' as const], limit };
          const found: string[] = [];
          for (let position = null; ; ) {
            const asked = { ...query, comparisons: filter.comparisons, orderings: order.orderings, position };
            const page = await searchRuns(store, asked, atMost);
            found.push(...page.runs.map(({ runId }) => runId));
            if (page.runs.length < limit) break;
            position = page.positions.at(-1) ?? null;
          }
          const expected = given
            .map((facts, index) => ({ ...facts, id: ids[index] ?? '' }))
            .filter(filter.holds)
            .toSorted((x, y) => order.compare(x, y) || y.start - x.start || (x.id < y.id ? -1 : 1));
          expect(found).toEqual(expected.map(({ id }) => id));
        },
      ),
      { numRuns: 120 },
    );
  });
}

async function openTracking(newPlace: NewPlace): Promise<Store> {
  const store = await (await newPlace()).open();
  await store.migrate(trackingMigrations);
  return store;
}

function expectedLatest(samples: readonly Metric[]): Metric[] {
  const greatest = new Map<string, Metric>();
  for (const one of samples) {
    const known = greatest.get(one.key);
    if (known === undefined || compareSamples(one, known, ['step', 'timestamp']) > 0) greatest.set(one.key, one);
  }
  return [...greatest.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(asStored);
}

function expectedHistory(samples: readonly Metric[], key: string): Metric[] {
  const ordered = samples.filter((one) => one.key === key).map(asStored);
  ordered.sort((a, b) => compareSamples(a, b, ['timestamp', 'step'], -1));
  return ordered.filter((one, at) => at === 0 || JSON.stringify(one) !== JSON.stringify(ordered[at - 1]));
}

/** NaN is stored as 0 with a flag: it sorts below 0 for the latest value, and after 0 in a history. */
function compareSamples(a: Metric, b: Metric, first: readonly ('step' | 'timestamp')[], nan: 1 | -1 = 1): number {
  for (const field of first) if (a[field] !== b[field]) return a[field] - b[field];
  const [x, y] = [a.value || 0, b.value || 0];
  if (x !== y) return x - y;
  return nan * (Number(Number.isNaN(b.value)) - Number(Number.isNaN(a.value)));
}

/** Zero has no sign in a store. */
function asStored(metric: Metric): Metric {
  return { ...metric, value: metric.value === 0 ? 0 : metric.value };
}

const metricCondition = (key: string, operator: '>' | '=' | '!=', value: number): Comparison => ({
  entity: 'metric',
  key,
  operator,
  value,
});
const isNumber = (value: number | null): value is number => value !== null && !Number.isNaN(value);

const FILTERS: readonly { comparisons: readonly Comparison[]; holds(run: GivenRun): boolean }[] = [
  { comparisons: [], holds: () => true },
  { comparisons: [metricCondition('a', '>', 0)], holds: ({ a }) => isNumber(a) && a > 0 },
  { comparisons: [metricCondition('b', '=', 0)], holds: ({ b }) => b === 0 },
  { comparisons: [metricCondition('a', '!=', 1)], holds: ({ a }) => a !== null && a !== 1 },
  {
    comparisons: [metricCondition('a', '>', 0.5), metricCondition('b', '>', 0)],
    holds: ({ a, b }) => isNumber(a) && a > 0.5 && isNumber(b) && b > 0,
  },
];

const by = (key: 'a' | 'b', ascending: boolean): Ordering => ({ entity: 'metric', key, attribute: null, ascending });

/** Numbers, then NaN, then nothing, in both directions. */
function compareBy(key: 'a' | 'b', ascending: boolean) {
  const rank = (value: number | null) => (value === null ? 2 : Number.isNaN(value) ? 1 : 0);
  return (x: GivenRun, y: GivenRun): number => {
    if (rank(x[key]) !== rank(y[key])) return rank(x[key]) - rank(y[key]);
    return ((x[key] || 0) - (y[key] || 0)) * (ascending ? 1 : -1);
  };
}

const ORDERS: readonly { orderings: readonly Ordering[]; compare(x: GivenRun, y: GivenRun): number }[] = [
  { orderings: [], compare: () => 0 },
  { orderings: [by('a', true)], compare: compareBy('a', true) },
  { orderings: [by('a', false)], compare: compareBy('a', false) },
  {
    orderings: [by('b', false), by('a', true)],
    compare: (x, y) => compareBy('b', false)(x, y) || compareBy('a', true)(x, y),
  },
];

async function insertRuns(store: Store, experimentId: number, given: readonly GivenRun[]): Promise<string[]> {
  const ids = given.map((_, index) => `${experimentId}-${(index * 7) % RUNS}`);
  for (const [index, { start, a, b }] of given.entries()) {
    const runId = ids[index] ?? '';
    await insertRun(store, buildRun(runId, experimentId, start));
    const metrics = Object.entries({ a, b }).flatMap(([key, value]) =>
      value === null ? [] : [{ key, value, timestamp: 0, step: 0 }],
    );
    await insertMetrics(store, runId, metrics);
  }
  await settleMetrics(
    store,
    ids.filter((_, index) => given[index]?.rests),
  );
  return ids;
}

function buildRun(runId: string, experimentId: number, startTime: number): RunInfo {
  return {
    runId,
    experimentId,
    runName: runId,
    userId: '',
    status: 'RUNNING',
    startTime,
    endTime: null,
    artifactUri: '',
    lifecycleStage: 'active',
  };
}
