import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../../main.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import { sumDecimals } from '../../../platform/units/index.ts';
import { call, catchProblem, testApplication } from '../../../testing/application.ts';
import { sharedQuietApplication } from '../../../testing/shared.ts';
import { applyText } from '../../testing/gpu-sources.ts';
import {
  idle as idleOf,
  importHolders,
  importPool,
  importSamples,
  samplesText as samplesOf,
} from '../../testing/gpus.ts';
import {
  type BucketCost,
  bucketNames,
  getGpuEfficiency,
  getGpuOutcomes,
  getGpuOwners,
  getGpuReadings,
} from '../schema.ts';

const MINUTE = 60_000;
const OWN_DAY = Date.parse('2025-11-01T00:00:00Z');
const price = { amount: '2', currency: 'USD' };
const at = (minute: number) => new Date(midnight + minute * MINUTE).toISOString();
const dayOf = (instant: number) => new Date(instant).toISOString().slice(0, 'YYYY-MM-DD'.length);
const minutes = (count: number, value: number) => Array.from({ length: count }, (): number | null => value);

const shared = await sharedQuietApplication({}, { logLevel: 'error' });
/** Each test has three separate days. */
let midnight = OWN_DAY;
let tests = 0;
beforeEach(() => {
  tests += 1;
  midnight = Date.parse('2024-01-01T00:00:00Z') + 3 * tests * DAY_MS;
});
const within = () => ({ from: dayOf(midnight), to: dayOf(midnight + 3 * DAY_MS) });
const samplesText = (gpus: Parameters<typeof samplesOf>[0]) => samplesOf(gpus, { day: dayOf(midnight) });
const idle = (application: Application) => idleOf(application, { query: within() });

/** A separate application, for tests with owner rules or that read all days. */
async function fresh(): Promise<Application> {
  const application = await testApplication({}, { logLevel: 'error' });
  onTestFinished(() => application[Symbol.asyncDispose]());
  midnight = OWN_DAY;
  return application;
}

/** Rows of a file of holders: GPU, first and last minute, and values of the fields. */
function holdersText(fields: readonly string[], ...rows: readonly (readonly [string, number, number, ...string[]])[]) {
  const lines = rows.map(([gpu, from, to, ...values]) => [gpu, at(from), at(to), ...values].join());
  return [['gpu', 'start', 'end', ...fields].join(), ...lines].join('\n');
}

const owners = (
  application: Application,
  query: NonNullable<Parameters<typeof call<typeof getGpuOwners>>[2]>['query'] = {},
) => call(application, getGpuOwners, { query: { ...within(), ...query } });

/** Checks that the amounts of the buckets add up to the paid amount, to the last decimal. */
function expectExact(cost: BucketCost): void {
  expect(sumDecimals(bucketNames.flatMap((name) => cost[name] ?? []))).toBe(cost.paid ?? '0');
}

describe('GPU time by owner', () => {
  it('is parted at the minute in which another team got the GPU, by the readings of that time', async () => {
    const application = shared;
    // Busy all the time, so that it is one stretch: at 20 % for an hour, then at 80 %.
    await importSamples(application, samplesText({ a: [...minutes(60, 20), ...minutes(60, 80)] }), { price });
    await importHolders(application, holdersText(['team'], ['a', 0, 90, 'search'], ['a', 90, 120, 'fraud']), ['team']);
    const { groups, cost, gpuHours } = await owners(application);
    expect(gpuHours).toMatchObject({ paid: 2, used: 1, underUsed: 1 });
    const byTeam = new Map(groups.map((group) => [group.key, group]));
    expect(byTeam.get('search')?.gpuHours.used).toBeCloseTo(0.2 + 0.4, 9);
    expect(byTeam.get('search')?.gpuHours.paid).toBe(1.5);
    expect(byTeam.get('fraud')?.gpuHours.used).toBeCloseTo(0.4, 9);
    expect(cost).toMatchObject({ paid: '4', used: '2', underUsed: '2', currency: 'USD', unpricedGpuHours: 0 });
    expect(byTeam.get('fraud')?.cost).toMatchObject({ paid: '1', used: '0.8', underUsed: '0.2' });
    expect(cost.priceSources).toEqual(['$2 an hour, stated with the import of readings']);
  });

  it('tells idle time of an owner from time that nobody held, and used from unknown', async () => {
    const application = shared;
    await importSamples(application, samplesText({ a: minutes(240, 0), b: [...minutes(60, 0), ...minutes(60, 50)] }), {
      price,
    });
    const GIB = 1024 ** 3;
    await importSamples(application, samplesText({ a: minutes(120, 40 * GIB) }), { metric: 'memory' });
    const rows = holdersText(['team'], ['a', 0, 180, 'search'], ['a', 180, 240, ''], ['b', 0, 60, '']);
    const imported = await importHolders(application, rows, ['team']);
    expect(imported).toMatchObject({ rows: 3, accepted: 3, heldByNobody: 2, gpus: 2, firstAt: at(0) });
    const found = await owners(application);
    expect(found.groups.map(({ key, kind, gpuHours }) => [key, kind, gpuHours.paid])).toEqual([
      ['search', 'owner', 3],
      [null, 'unknown', 1],
      [null, 'nobody', 2],
    ]);
    const [search, unknown, nobody] = found.groups;
    expect(search?.gpuHours).toMatchObject({ idleHeld: 2, idleUnknown: 1, unallocated: 0 });
    expect(unknown?.unknown).toEqual([{ reason: 'no holder is reported for this time', gpuHours: 1 }]);
    expect(nobody?.cost).toMatchObject({ unallocated: '4', paid: '4' });
    // Time without a holder is idle time in the report without holders.
    expect((await idle(application)).cost.amount).toBe(found.cost.paid);
  });

  it('says of a GPU that was used while nobody held it that its owner is unknown', async () => {
    const application = shared;
    await importSamples(application, samplesText({ a: minutes(60, 50) }), { price });
    await importHolders(application, holdersText(['pod'], ['a', 0, 60, '']), ['pod']);
    const { groups } = await owners(application);
    expect(groups).toMatchObject([
      { key: null, kind: 'unknown', unknown: [{ reason: 'it was used without a holder', gpuHours: 1 }] },
    ]);
  });

  it('shares a GPU that several held at once, and loses nothing', async () => {
    const application = shared;
    await importSamples(application, samplesText({ a: minutes(100, 0) }), { price: { amount: '1', currency: 'USD' } });
    const rows = holdersText(['team'], ['a', 0, 100, 'x'], ['a', 0, 100, 'y'], ['a', 0, 100, 'z']);
    await importHolders(application, rows, ['team']);
    const { groups, cost } = await owners(application);
    expect(groups.map(({ cost: { paid } }) => paid)).toEqual([
      '0.55555555555555555556',
      '0.55555555555555555556',
      '0.55555555555555555555',
    ]);
    expect(cost.paid).toBe('1.66666666666666666667');
  });

  it('keeps what was told last of a time, and the same told twice changes nothing', async () => {
    const application = await fresh();
    await importSamples(application, samplesText({ a: minutes(120, 50) }), { price });
    const first = holdersText(['team'], ['a', 0, 120, 'search']);
    await importHolders(application, first, ['team']);
    const second = holdersText(['team'], ['a', 30, 60, 'fraud']);
    for (let again = 0; again < 2; again += 1) await importHolders(application, second, ['team']);
    const { groups } = await owners(application);
    expect(groups.map(({ key, gpuHours }) => [key, gpuHours.paid])).toEqual([
      ['fraud', 0.5],
      ['search', 1.5],
    ]);
    const top = await owners(application, { top: 1 });
    expect(top).toMatchObject({ groupCount: 2, groups: [{ key: 'fraud' }], others: { gpuHours: { paid: 1.5 } } });
  });

  it('adds what of pools nobody held, and follows the days and the team that are asked for', async () => {
    const application = await fresh();
    await importSamples(application, samplesText({ a: minutes(48 * 60, 50) }), { price });
    await importHolders(application, holdersText(['team'], ['a', 0, 2000, 'search']), ['team']);
    const pool = ['at,total,idle', ...Array.from({ length: 60 }, (_, minute) => `${at(minute)},8,7`)].join('\n');
    await importPool(application, pool, { pool: 'p', time: 'at', total: 'total', unallocated: 'idle', price });
    const found = await owners(application);
    expect(found.gpuHours).toMatchObject({ paid: 55, unallocated: 7 });
    // Unknown and free time is listed, whatever `top` is.
    const top = await owners(application, { top: 1 });
    expect(top.groups.map(({ kind }) => kind)).toEqual(['owner', 'unknown', 'nobody']);
    expect(found.cost).toMatchObject({ paid: '110', unallocated: '14' });
    const second = await owners(application, { from: '2025-11-02', to: '2025-11-03' });
    expect(second.groups.map(({ key, kind, gpuHours }) => [key, kind, gpuHours.paid])).toEqual([
      ['search', 'owner', (2000 - 1440) / 60],
      [null, 'unknown', (2880 - 2000) / 60],
    ]);
    const own = await owners(application, { team: 'search' });
    expect(own.gpuHours.paid).toBeCloseTo(2000 / 60, 9);
    expect(own.groups).toHaveLength(1);
    // The rules give the owners of pools; pool time is on the days of its counts.
    const rules = `{ rules: [{ name: r, match: { pool: 'P*' }, subject: { team: 'of-{pool}' } }] }`;
    await applyText(
      application,
      `apiVersion: steelyard/v1\nkind: GpuOwnerRules\nmetadata: { name: a }\nspec: ${rules}\n`,
    );
    const ruled = await owners(application);
    expect(ruled.groups.find(({ key }) => key === 'of-p')).toMatchObject({
      ...{ kind: 'owner', gpuHours: { paid: 7, unallocated: 7 }, cost: { paid: '14', unallocated: '14' } },
    });
    expect(ruled.cost).toEqual(found.cost);
    const { series, all } = await call(application, getGpuEfficiency, { query: { by: 'team' } });
    expect(series.find(({ key }) => key === 'of-p')?.points).toMatchObject([
      { start: '2025-11-01T00:00:00.000Z', gpuHours: { paid: 7 }, usedShare: 0 },
    ]);
    expect(sumDecimals(all.flatMap(({ cost }) => cost.paid ?? []))).toBe(found.cost.paid);
  });

  it('tells hours without a price apart, and mixes no currencies', async () => {
    const application = shared;
    await importSamples(application, samplesText({ a: minutes(60, 0) }));
    expect((await owners(application)).cost).toMatchObject({ paid: null, unpricedGpuHours: 1, currency: null });
    await importSamples(application, samplesText({ b: minutes(60, 0) }), { price });
    const mixed = await owners(application, { by: 'gpu' });
    expect(mixed.cost).toMatchObject({ paid: '2', idleUnknown: '2', unpricedGpuHours: 1, currency: 'USD' });
    expect(mixed.cost.reason).toMatch(/no price and no resource/);
    await importSamples(application, samplesText({ c: minutes(60, 0) }), { price: { ...price, currency: 'EUR' } });
    const { cost } = await owners(application);
    expect(cost).toMatchObject({ paid: null, currency: null, unpricedGpuHours: 3 });
    expect(cost.reason).toMatch(/EUR and USD are not added up/);
  });
});

describe('whatever it is grouped by', () => {
  const segment = fc.record({
    gpu: fc.constantFrom('a', 'b', 'c'),
    from: fc.integer({ min: 0, max: 1500 }),
    length: fc.integer({ min: 1, max: 700 }),
    team: fc.constantFrom('', 'search', 'fraud'),
    run: fc.constantFrom('', 'r1', 'r2'),
    host: fc.constantFrom('', 'h1', 'h2'),
  });
  const readings = fc.record({
    runs: fc.array(fc.tuple(fc.integer({ min: 1, max: 120 }), fc.constantFrom(null, 0, 0, 7, 33.3, 100)), {
      minLength: 1,
      maxLength: 25,
    }),
  });

  it('adds up to the same total, used + idle + unallocated = paid, to the last decimal', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(readings, readings, readings),
        fc.array(segment, { maxLength: 12 }),
        fc.constantFrom('1.861', '0.00000000000000000001', '3', '12.3456789'),
        async (all, held, amount) => {
          midnight = OWN_DAY;
          await using application = await testApplication();
          const [a, b, c] = all.map(({ runs }) =>
            runs.flatMap(([count, value]) => Array.from({ length: count }, () => value)),
          );
          const text = samplesText({ a: a ?? [], b: b ?? [], c: c ?? [] });
          if (text.split('\n').length < 3) return;
          await importSamples(application, text, { price: { amount, currency: 'USD' }, interval: '1m' });
          const fields = ['team', 'run', 'host'];
          const rows = held.map(({ gpu, from, length, team, run, host }): [string, number, number, ...string[]] => [
            gpu,
            from,
            from + length,
            team,
            run,
            host,
          ]);
          if (rows.length > 0) await importHolders(application, holdersText(fields, ...rows), fields);
          const paid = (await idle(application)).cost.amount;
          for (const by of ['team', 'run', 'host', 'gpu', 'owner'] as const) {
            const found = await owners(application, { by, top: 2 });
            const groups = [...found.groups, ...(found.others === null ? [] : [found.others])];
            expect(found.cost.paid).toBe(paid);
            for (const { cost } of [found, ...groups]) expectExact(cost);
            for (const name of ['paid', ...bucketNames] as const) {
              expect(sumDecimals(groups.flatMap(({ cost }) => cost[name] ?? []))).toBe(found.cost[name] ?? '0');
            }
          }
          const days = await call(application, getGpuEfficiency, { query: { by: 'team', step: 'day' } });
          expect(sumDecimals(days.series.flatMap(({ points }) => points.flatMap(({ cost }) => cost.paid ?? [])))).toBe(
            paid,
          );
          const ends = await call(application, getGpuOutcomes);
          expect(sumDecimals(ends.outcomes.flatMap(({ cost }) => cost.paid ?? []))).toBe(paid);
        },
      ),
      { numRuns: 3 },
    );
  });
});

describe('a file of readings that says who held the GPUs', () => {
  it('tells it from each reading to the next, and over gaps of nobody', async () => {
    const application = await fresh();
    const row = (minute: number, gpu: string, value: string, ...who: string[]) =>
      [at(minute), gpu, value, ...who].join();
    const who = (minute: number) =>
      minute < 20 ? ['ml', 'train', 'search'] : minute < 30 ? ['', '', ''] : ['ml', 'serve', ''];
    const lines = [
      ...Array.from({ length: 60 }, (_, minute) => row(minute, 'a', minute === 10 ? 'NaN' : '50', ...who(minute))),
      // Two concurrent holders, together with the series of the GPU itself; then no reading for 20 minutes.
      ...[0, 1, 2, 23, 24].flatMap((minute) => [
        row(minute, 'b', '7', '', '', ''),
        row(minute, 'b', '7', 'x', 'p', ''),
      ]),
      ...[1, 2].map((minute) => row(minute, 'b', '7', 'x', 'q', 'y'.repeat(minute === 2 ? 251 : 1))),
      ',a,50,ml,late,',
      `${at(5)},,50,ml,nowhere,`,
    ];
    const text = ['time,gpu,value,namespace,pod,label', ...lines].join('\n');
    // Keys of labels may differ in case alone.
    const labels = { team: 'label', Team: 'gpu', 'a"b': 'gpu' };
    const asked = { columns: { namespace: 'namespace', pod: 'pod' }, labels, interval: '1m', price };
    const done = await importSamples(application, text, asked);
    expect(done.holders).toEqual({ holders: 5, stretches: 6, leftOut: 1 });
    const held = async (gpu: string) =>
      (await call(application, getGpuReadings, { query: { gpu } })).holders.map(({ start, end, pod }) => {
        const minute = (instant: string) => (Date.parse(instant) - midnight) / MINUTE;
        return [minute(start), minute(end), pod];
      });
    expect(await held('a')).toEqual([
      [0, 20, 'train'],
      [20, 30, null],
      [30, 60, 'serve'],
    ]);
    expect(await held('b')).toEqual([
      [0, 3, 'p'],
      [1, 2, 'q'],
      [23, 25, 'p'],
    ]);
    const rules = `{ rules: [{ name: r, match: { 'label:team': '*' }, subject: { team: '{label:team}' } }] }`;
    await applyText(
      application,
      `apiVersion: steelyard/v1\nkind: GpuOwnerRules\nmetadata: { name: a }\nspec: ${rules}\n`,
    );
    const { groups } = await owners(application);
    expect(groups.map(({ key, gpuHours }) => [key, Math.round(gpuHours.paid * 60)])).toEqual([
      ['search', 19],
      ['y', 1],
      [null, 45],
    ]);
    expect(groups[2]?.unknown.map(({ reason }) => reason)).toEqual([
      'pods of namespace ml are no work of this server, and no workload usage and no rule names them',
      'it was used without a holder',
      'pods of namespace x are no work of this server, and no workload usage and no rule names them',
    ]);
    expect(await importSamples(application, text, asked)).toMatchObject({ unchanged: true, holders: done.holders });
    const none = importSamples(application, text, { ...asked, columns: {} });
    expect(await catchProblem(none)).toMatchObject({ code: 'invalid_request' });
    const missing = importSamples(application, text, { ...asked, columns: { pod: 'pods' } });
    expect(await catchProblem(missing)).toMatchObject({ code: 'gpu_column_missing' });
  });
});

describe('a file of holders', () => {
  it('is refused whole where a column is missing or nothing can be kept, and bad rows are counted', async () => {
    const application = shared;
    expect(await catchProblem(importHolders(application, 'gpu,start,end\na,1,2', ['team']))).toMatchObject({
      code: 'gpu_column_missing',
    });
    expect(await catchProblem(importHolders(application, 'gpu,start,end\n', []))).toMatchObject({
      code: 'gpu_holders_unusable',
    });
    const bad = [
      'gpu,start,end,team',
      `,${at(0)},${at(1)},x`,
      `a,soon,${at(1)},x`,
      `a,${at(0)},later,x`,
      `a,${at(2)},${at(1)},x`,
      `a,${at(0)},2099-01-01T00:00:00Z,x`,
      `a,${at(0)},${at(1)},${'x'.repeat(251)}`,
    ];
    expect(await catchProblem(importHolders(application, bad.join('\n'), ['team']))).toMatchObject({
      code: 'gpu_holders_unusable',
    });
    const done = await importHolders(application, [...bad, `a,${at(0)},${at(5)},x`, `a,${at(5)},,y`].join('\n'), [
      'team',
    ]);
    expect(done).toMatchObject({ rows: 8, accepted: 2 });
    expect(done.rejected.map(({ rows }) => rows)).toEqual([1, 1, 1, 1, 1, 1]);
  });
});
