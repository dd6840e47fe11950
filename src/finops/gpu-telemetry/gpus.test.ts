import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../main.ts';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import { isDeep } from '../../testing/deep.ts';
import { sharedQuietApplication } from '../../testing/shared.ts';
import { packGpus } from '../packing/schema.ts';
import { idle as idleOf, importPool, importSamples, samplesText as samplesOf, send } from '../testing/gpus.ts';
import { listGpuImports } from './schema.ts';

const HOUR = 60;
const minutes = (count: number, value: number | string | null) =>
  Array.from({ length: count }, (): number | string | null => value);
const price = { amount: '2', currency: 'USD' };

const shared = await sharedQuietApplication();
/** Each test has three separate days. */
let from = '';
let to = '';
let tests = 0;
beforeEach(() => {
  tests += 1;
  const first = Date.parse('2024-01-01T00:00:00Z') + 3 * tests * 86_400_000;
  [from, to] = [dayOf(first), dayOf(first + 3 * 86_400_000)];
});
const samplesText = (gpus: Parameters<typeof samplesOf>[0], options: Parameters<typeof samplesOf>[1] = {}) =>
  samplesOf(gpus, { day: from, ...options });
const idle = (application: Application, { query = {} }: Parameters<typeof idleOf>[1] = {}) =>
  idleOf(application, { query: { from, to, ...query } });

/** A separate application, for tests with fixed dates, or that read all imports. */
async function fresh(): Promise<Application> {
  const application = await testApplication();
  onTestFinished(() => application[Symbol.asyncDispose]());
  [from, to] = ['2025-11-01', '2025-11-04'];
  return application;
}

describe('idle time', () => {
  it('counts periods that last at least the window, and prices them', async () => {
    const application = shared;
    await importSamples(
      application,
      samplesText({ a: [...minutes(HOUR, 50), ...minutes(HOUR, 0)], b: [...minutes(29, 0), 10, ...minutes(30, 0)] }),
      { price },
    );
    const found = await idle(application);
    expect(found).toMatchObject({
      gpus: 2,
      samples: 180,
      gpuHours: 3,
      idleGpuHours: 1.5,
      idleShare: 0.5,
      lostRatio: 0,
      missingGpuHours: 0,
      cost: { amount: '6', currency: 'USD', unpricedGpuHours: 0, reason: null },
      idleCost: { amount: '3', currency: 'USD' },
    });
    expect(
      found.byGpu.map(({ gpu, idleGpuHours, idlePeriods, longestIdleHours }) => [
        gpu,
        idleGpuHours,
        idlePeriods,
        longestIdleHours,
      ]),
    ).toEqual([
      ['a', 1, 1, 1],
      ['b', 0.5, 1, 0.5],
    ]);
    expect((await idle(application, { query: { window: '29m' } })).idleGpuHours).toBeCloseTo(1 + 59 / 60, 9);
    expect((await idle(application, { query: { window: '61m' } })).idleGpuHours).toBe(0);
  });

  it('adds up from used, under-used, idle with and without memory, and held by nobody', async () => {
    const application = await fresh();
    await importSamples(application, samplesText({ a: [...minutes(HOUR, 25), ...minutes(4 * HOUR, 0)] }));
    const GIB = 1024 ** 3;
    const memory = [...minutes(2 * HOUR, 40 * GIB), ...minutes(2 * HOUR, GIB / 4), ...minutes(HOUR, null)];
    await importSamples(application, samplesText({ a: memory }), { metric: 'memory' });
    const pool = ['at,total,idle', ...Array.from({ length: 60 }, (_, minute) => `${1_761_955_200 + minute * 60},8,7`)];
    await importPool(application, pool.join('\n'), { pool: 'p', time: 'at', total: 'total', unallocated: 'idle' });
    const { buckets, pools, gpuHours } = await idle(application);
    expect(gpuHours).toBe(5);
    expect(buckets).toEqual({
      paidGpuHours: 12,
      usedGpuHours: 0.25,
      underUsedGpuHours: 0.75,
      idleHeldGpuHours: 1,
      idleFreeGpuHours: 2,
      idleUnknownGpuHours: 1,
      unallocatedGpuHours: 7,
    });
    expect(pools).toMatchObject([{ pool: 'p', gpuHours: 8, unallocatedGpuHours: 7, unallocatedShare: 0.875 }]);
    expect(pools[0]?.cost).toMatchObject({ amount: null, unpricedGpuHours: 8 });
  });

  it('is not ended by a lost reading, but by a gap that is longer than is said', async () => {
    const application = shared;
    const values = [...minutes(16, 0), null, null, ...minutes(16, 0)];
    await importSamples(application, samplesText({ a: values, b: minutes(34, 5), c: minutes(34, 5) }));
    const bridged = await idle(application);
    // Two minutes without readings are not idle time; the period that contains them is longer than half an hour.
    expect(bridged).toMatchObject({ idleGpuHours: 32 / 60, lostRatio: 0 });
    expect(bridged.missingGpuHours).toBeCloseTo(2 / 60, 9);
    expect(await idle(application, { query: { maxGap: '2m' } })).toMatchObject({ idleGpuHours: 0, missingGpuHours: 0 });
  });

  it('makes up for what the source lost of all GPUs alike, and for nothing else', async () => {
    const application = shared;
    const thinned = minutes(100, 0).map((value, minute) => (minute % 10 === 5 ? null : value));
    await importSamples(application, samplesText({ a: thinned, b: thinned, c: minutes(100, 0) }), { price });
    const found = await idle(application);
    expect(found.lostRatio).toBeCloseTo(0.1, 9);
    // c lost nothing: the correction is the loss of the median GPU.
    expect(found.gpuHours).toBeCloseTo((280 / 60) * (10 / 9), 9);
    expect(Number(found.cost.amount)).toBeCloseTo(found.gpuHours * 2, 9);
    expect(found.idleShare).toBe(1);
  });

  it('goes on over midnight, and can be asked for days', async () => {
    const application = await fresh();
    const late = samplesText({ a: minutes(48 * HOUR, 0) }, { day: '2025-11-01' });
    await importSamples(application, late);
    expect(await idle(application)).toMatchObject({
      idleGpuHours: 48,
      byGpu: [{ idlePeriods: 1, longestIdleHours: 48 }],
    });
    expect(await idle(application, { query: { from: '2025-11-02', to: '2025-11-03' } })).toMatchObject({
      gpuHours: 24,
    });
  });

  it('tells no money without a price, and says why', async () => {
    const application = shared;
    await importSamples(application, samplesText({ a: minutes(HOUR, 0) }));
    const found = await idle(application);
    expect(found).toMatchObject({ idleGpuHours: 1, cost: { amount: null, currency: null, unpricedGpuHours: 1 } });
    expect(found.cost.reason).toMatch(/no price and no resource/);
    await importSamples(application, samplesText({ b: minutes(HOUR, 0) }), { resource: 'gpu:NEVER' });
    expect((await idle(application)).cost.reason).toMatch(/the price book has no price of "gpu:NEVER"/);
    await importSamples(application, samplesText({ c: minutes(HOUR, 0) }), { price });
    expect((await idle(application)).cost).toMatchObject({ amount: '2', currency: 'USD', unpricedGpuHours: 2 });
    await importSamples(application, samplesText({ d: minutes(HOUR, 0) }), { price: { ...price, currency: 'EUR' } });
    expect((await idle(application)).cost).toMatchObject({ amount: null, currency: null });
  });

  it('takes the price of the book by its dates', async () => {
    const application = await fresh();
    const book = `apiVersion: steelyard/v1
kind: PriceBook
metadata: { name: ours }
spec:
  currency: USD
  source: test
  prices:
    - { resource: "gpu:X", perHour: "4", effectiveFrom: "2025-11-01T00:30:00Z", effectiveTo: "2025-11-01T01:00:00Z" }
    - { resource: "gpu:X", perHour: "1", effectiveFrom: "2025-11-01T01:00:00Z" }
`;
    const applied = await application.http.inject({
      method: 'POST',
      url: '/api/v1/apply',
      headers: { host: 'localhost' },
      payload: { documents: [{ file: 'book.yaml', text: book }] },
    });
    expect(applied.statusCode, applied.body).toBe(200);
    await importSamples(application, samplesText({ a: minutes(2 * HOUR, 0) }), { resource: 'gpu:X' });
    // The first half hour is unknown.
    expect((await idle(application)).idleCost).toMatchObject({ amount: '3', currency: 'USD', unpricedGpuHours: 0.5 });
  });

  it('is nothing, and no share of it, without readings', async () => {
    const application = shared;
    expect(await idle(application)).toMatchObject({
      gpus: 0,
      gpuHours: 0,
      meanUtilizationRatio: null,
      idleShare: null,
      cost: { amount: null, unpricedGpuHours: 0 },
      byGpu: [],
    });
  });
});

describe('an import', () => {
  it('doubles nothing when it is repeated, overlaps, or has a reading twice', async () => {
    const application = await fresh();
    const file = samplesText({ a: minutes(HOUR, 0), b: minutes(HOUR, 30) });
    expect(await importSamples(application, file)).toMatchObject({ added: 120, unchanged: false });
    const once = await idle(application);
    expect(await importSamples(application, file)).toMatchObject({ added: 0, unchanged: true });
    expect(await importSamples(application, `${file}${file.split('\n').slice(1).join('\n')}`)).toMatchObject({
      accepted: 240,
      added: 0,
    });
    expect(await importSamples(application, samplesText({ a: minutes(HOUR + 1, 0) }))).toMatchObject({ added: 1 });
    const again = await idle(application);
    expect(again.gpuHours).toBeCloseTo(once.gpuHours + 1 / 60, 9);
    expect((await call(application, listGpuImports)).imports).toHaveLength(3);
  });

  it('takes the newer file where two differ, and the busier reading where one does', async () => {
    const application = shared;
    await importSamples(application, samplesText({ a: minutes(HOUR, 0) }));
    await importSamples(application, samplesText({ a: minutes(HOUR, 40) }));
    expect(await idle(application)).toMatchObject({ idleGpuHours: 0, meanUtilizationRatio: 0.4, samples: 60 });
    const both = `${samplesText({ b: minutes(HOUR, 0) })}${samplesText({ b: minutes(HOUR, 20) })
      .split('\n')
      .slice(1)
      .join('\n')}`;
    await importSamples(application, both);
    expect((await idle(application)).byGpu.find(({ gpu }) => gpu === 'b')?.meanUtilizationRatio).toBeCloseTo(0.2, 9);
  });

  it('keeps what can be kept, and says of the rest what is wrong with it', async () => {
    const application = shared;
    const file = samplesText({
      a: [1, 'NaN', '', -1, 101, 'ERR!', 2],
      b: [3, '9223372036854775794', 4],
      '': [5],
    });
    const late = 'a,2999-01-01T00:00:00Z,1\nb,yesterday,1\n';
    const done = await importSamples(application, file + late, { interval: '60s' });
    expect(done).toMatchObject({ rows: 13, accepted: 4, added: 4 });
    expect(done.rejected.map(({ reason, rows }) => [reason.split(':')[0], rows])).toEqual([
      ['no reading', 2],
      ['the value is no number', 1],
      ['the value is below zero', 1],
      ['the value is more than there can be', 2],
      ['the time cannot be read', 1],
      ['the time is in the future', 1],
      ['no GPU is named', 1],
    ]);
    expect(done.rejected[1]?.example).toMatch(/^GPU a, time \d+, value ERR!$/);
  });

  it('reads Unix time in seconds, milliseconds and microseconds, and ISO 8601', async () => {
    const application = await fresh();
    const rows = [
      '1761955200',
      '1761955260000',
      '1761955320000000',
      '2025-11-01T00:03:00Z',
      '2025-11-01 00:04:00',
      '2025-11-01T01:05:00+01:00',
    ];
    const file = ['gpu,time,value', ...rows.map((time) => `a,${time},7`)].join('\n');
    const done = await importSamples(application, file);
    expect(done).toMatchObject({
      accepted: 6,
      intervalMs: 60_000,
      intervalStated: false,
      firstAt: '2025-11-01T00:00:00.000Z',
      lastAt: '2025-11-01T00:05:00.000Z',
    });
    expect(await idle(application)).toMatchObject({ gpuHours: 0.1, missingGpuHours: 0 });
  });

  it('never counts time twice where readings are closer than the interval that is said', async () => {
    const application = shared;
    await importSamples(application, samplesText({ a: minutes(HOUR, 0) }, { every: 30 }), { interval: '60s' });
    expect((await idle(application)).gpuHours).toBeCloseTo(30.5 / 60, 9);
  });

  it('takes ratios and MiB for what they are', async () => {
    const application = shared;
    await importSamples(application, samplesText({ a: minutes(HOUR, 0.25) }), { unit: 'ratio' });
    expect((await idle(application)).meanUtilizationRatio).toBeCloseTo(0.25, 9);
    const done = await importSamples(application, samplesText({ a: [1024, 2147483632] }), {
      metric: 'memory',
      unit: 'MiB',
      interval: '60s',
    });
    expect(done).toMatchObject({ accepted: 1, rejected: [{ rows: 1 }] });
    const problem = await catchProblem(importSamples(application, samplesText({ a: [1] }), { unit: 'MiB' }));
    expect(problem.code).toBe('invalid_request');
  });

  const refused: readonly [string, string | Buffer, Record<string, string>, string, RegExp][] = [
    ['an empty file', '', {}, 'file_empty', /is empty/],
    ['a header alone', 'gpu,time,value\n', {}, 'gpu_samples_unusable', /it has no row/],
    [
      'a column that is not there',
      'gpu,time,value\na,1,1\n',
      { value: 'util' },
      'gpu_column_missing',
      /no column "util"\. It has gpu, time, value/,
    ],
    [
      'values that are none',
      'gpu,time,value\na,1761955200,x\n',
      { interval: '1s' },
      'gpu_samples_unusable',
      /no number \(GPU a/,
    ],
    ['one point without an interval', 'gpu,time,value\na,1761955200,1\n', {}, 'gpu_interval_unknown', /--interval/],
    [
      'half of a packed file',
      gzipSync(samplesOf({ a: minutes(HOUR, 1) })).subarray(0, 60),
      {},
      'file_truncated',
      /ends in the middle/,
    ],
    [
      'a line that is not CSV',
      'gpu,time,value\na,1761955200,1\na,1,2,3,4,5\n',
      {},
      'csv_malformed',
      /cannot be read as CSV/,
    ],
  ];
  it('is refused whole when nothing can be made of it, and changes nothing', async () => {
    const application = await fresh();
    await importSamples(application, samplesText({ z: minutes(HOUR, 1) }));
    const before = await idle(application);
    for (const [what, content, asked, code, detail] of refused) {
      const problem = await catchProblem(importSamples(application, content, asked));
      expect(problem, what).toMatchObject({ code, detail: expect.stringMatching(detail) });
    }
    expect(await idle(application)).toEqual(before);
  });

  it('takes one point for the interval that is said', async () => {
    const application = await fresh();
    await importSamples(application, 'gpu,time,value\na,1761955200,0\n', { interval: '30m' });
    expect(await idle(application)).toMatchObject({ gpuHours: 0.5, idleGpuHours: 0.5 });
  });
});

describe('any readings', () => {
  const application = shared;

  it('give the same by roll-up, by the readings themselves, and counted by hand, in any order', async () => {
    const series = fc.array(fc.constantFrom(0, 0, 0, 0, 60, null), { minLength: 1, maxLength: 120 });
    let day = Date.parse('2020-01-01T00:00:00Z');
    await fc.assert(
      fc.asyncProperty(
        fc.array(series, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 20 }),
        async (gpus, window) => {
          fc.pre(gpus.some((values) => values.some((value) => value !== null)));
          day += 3 * 86_400_000;
          const [first, last] = [dayOf(day), dayOf(day + 86_400_000)];
          const named = Object.fromEntries(gpus.map((values, index) => [`gpu ${index}`, values]));
          const [header = '', ...rows] = samplesText(named, { day: first }).trim().split('\n');
          await importSamples(application, [header, ...rows.toReversed()].join('\n'), { interval: '60s' });
          const query = { window: `${window}m`, maxGap: '3m', from: first, to: last };
          const found = await idle(application, { query });
          const other = await idle(application, { query: { ...query, threshold: 0.001 } });
          expect({ ...other, thresholdRatio: 0 }).toEqual(found);
          const expected = gpus.map((values) => idleMinutes(values, window, 3)).reduce((sum, one) => sum + one, 0);
          expect(found.samples).toBe(rows.length);
          expect(found.idleGpuHours * 60 * (1 - found.lostRatio)).toBeCloseTo(expected, 6);
        },
      ),
      { numRuns: isDeep ? 8 : 3 },
    );
  });
});

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Readings in zero periods of at least `window` minutes; readings of one period are at most `gap` minutes apart. */
function idleMinutes(values: readonly (number | null)[], window: number, gap: number): number {
  let [total, first, last, count] = [0, -1, -1, 0];
  const end = () => {
    if (count > 0 && last - first + 1 >= window) total += count;
    count = 0;
  };
  values.forEach((value, minute) => {
    if (value === null) return;
    if (count > 0 && (value !== 0 || minute - last > gap)) end();
    if (value !== 0) return;
    if (count === 0) first = minute;
    last = minute;
    count += 1;
  });
  end();
  return total;
}

describe('packing', () => {
  const NODES = 'sn,cpu_milli,memory_mib,gpu,model\nn1,8000,16000,2,T4\nn2,8000,16000,1,A10\n';
  const pack = async (application: Application, nodes: string, pods: string, plan = true) =>
    call(application, packGpus, {
      body: {
        nodes: await send(application, 'nodes.csv', nodes),
        pods: await send(application, 'pods.csv', pods),
        plan,
      },
    });
  const application = shared;

  it('puts shares on few GPUs, and pods where their models are', async () => {
    const pods = `name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec
a,1000,1000,1,600,
b,1000,1000,1,400,
c,1000,1000,1,1000,A10
d,1000,1000,0,0,
e,1000,1000,2,1000,
`;
    const packed = await pack(application, NODES, pods);
    expect(packed).toMatchObject({
      sharingPods: 2,
      wholeGpuBaseline: 2,
      lowerBoundGpus: 1,
      usedGpus: 1,
      requestedGpus: 4,
      unplaced: 1,
      unplacedGpus: 2,
      strandedGpus: 0,
    });
    const places = new Map(packed.plan?.map(({ pod, node }) => [pod, node]));
    expect(places.get('c')).toBe('n2');
    expect(places.get('a')).toBe(places.get('b'));
    expect(places.get('e')).toBeNull();
    expect((await pack(application, NODES, pods, false)).plan).toBeNull();
  });

  it.each([
    ['pods.csv, row 2: gpu_milli is not at most 1000', 'a,1,1,1,10,\nb,1,1,1,2000,\n'],
    ['pods.csv, row 1: gpu_milli is not more than 0', 'a,1,1,1,0,\n'],
    ['pods.csv, row 1: gpu_milli is not 1000, since a pod of several GPUs takes each whole', 'a,1,1,2,500,\n'],
    ['pods.csv, row 1: cpu_milli is not a whole number', 'a,x,1,2,500,\n'],
    ['pods.csv has a header and no row', ''],
  ])('refuses a list: %s', async (detail, rows) => {
    const pods = `name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\n${rows}`;
    expect(await catchProblem(pack(application, NODES, pods))).toMatchObject({
      code: 'gpu_list_invalid',
      detail: expect.stringContaining(detail),
    });
  });

  it('names the column that a list lacks', async () => {
    expect(await catchProblem(pack(application, 'sn,gpu\nn,1\n', 'name\na\n'))).toMatchObject({
      code: 'gpu_column_missing',
      detail: expect.stringMatching(/nodes\.csv has no column "cpu_milli"\. It has sn, gpu/),
    });
  });
});
