import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../../main.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import { call, catchProblem, testApplication } from '../../../testing/application.ts';
import { sharedApplication } from '../../../testing/shared.ts';
import { applyText, gpuSource, syncAll, write } from '../../testing/gpu-sources.ts';
import { idle as idleOf, importSamples } from '../../testing/gpus.ts';
import { parseScrape } from './exporter.testing.ts';
import { listGpuSources, sendGpuReadings } from './schema.ts';
import type { Series } from './take.ts';

const FIRST = Date.parse('2026-11-02T10:00:00Z');
const STEP = 15_000;

const sharedClock = { at: FIRST };
const shared = await sharedApplication({ clock: { now: () => sharedClock.at } });
/** Each test has four separate days, and a separate source for received readings. */
let start = FIRST;
let here = '';
let tests = 0;
beforeEach(() => {
  tests += 1;
  start = FIRST + 4 * tests * DAY_MS;
  here = `here-${tests}`;
});
const dayText = (at: number) => new Date(at).toISOString().slice(0, 'YYYY-MM-DD'.length);
const idle = (application: Application, { query = {} }: Parameters<typeof idleOf>[1] = {}) =>
  idleOf(application, { query: { from: dayText(start), to: dayText(start + 2 * DAY_MS), ...query } });

const PUSH = '{ type: push, price: { amount: "2", currency: USD } }';
/** The application of all tests, with the source of this one and its clock. */
async function prepared() {
  sharedClock.at = start + 3_600_000;
  await applyText(shared, gpuSource(here, PUSH));
  return { application: shared, clock: sharedClock };
}

/** An application with a manual clock, and a source for received readings. */
async function fresh(spec = PUSH) {
  const clock = { at: start + 3_600_000 };
  const application = await testApplication({ clock: { now: () => clock.at } });
  onTestFinished(() => application[Symbol.asyncDispose]());
  await applyText(application, gpuSource(here, spec));
  return { application, clock };
}

const ownSource = async (application: Application) =>
  (await call(application, listGpuSources)).sources.find(({ source }) => source === here);
/** Queries the sources, and folds the received readings into their days; returns the source of the test. */
async function syncOwn(application: Application) {
  await syncAll(application);
  return ownSource(application);
}

/** Scrapes of the same exporter, one every 15 seconds. */
function scrapes(
  text: string,
  count: number,
  { from = 0, labels = {} }: { from?: number; labels?: Record<string, string> } = {},
): Series[] {
  return Array.from({ length: count }, (_, index) => parseScrape(text, start + (from + index) * STEP, labels)).flat();
}

const hours = (instants: number) => (instants * STEP) / 3_600_000;
const util = (labels: string, value: number | string) => `DCGM_FI_DEV_GPU_UTIL{${labels}} ${value}`;

describe('readings that are sent', () => {
  it('are seen at once, and the same when they are in their days', async () => {
    const { application } = await prepared();
    const text = [util('UUID="GPU-a"', 0), util('UUID="GPU-b"', 50)].join('\n');
    expect(await write(application, here, scrapes(text, 160))).toEqual({ status: 204, body: '' });
    const live = await idle(application);
    expect(live).toMatchObject({
      gpus: 2,
      gpuHours: hours(320),
      idleGpuHours: hours(160),
      idleCost: { amount: '1.33333333333333333333', currency: 'USD' },
    });
    await syncAll(application);
    expect(await idle(application)).toEqual(live);
    expect(await idle(application, { query: { threshold: '0.5' } })).toMatchObject({ idleGpuHours: hours(320) });
  });

  it('go on in what is still on its way, and count nothing twice', async () => {
    const { application, clock } = await prepared();
    await write(application, here, scrapes(util('UUID="GPU-a"', 0), 80));
    await syncAll(application);
    await write(application, here, scrapes(util('UUID="GPU-a"', 0), 100, { from: 60 }));
    const expected = { gpuHours: hours(160), idleGpuHours: hours(160), byGpu: [{ idlePeriods: 1 }] };
    const noEnergy = {
      energyKwh: null,
      idleEnergyKwh: null,
      energyReason: expect.stringMatching(/no counter of energy/),
    };
    expect(await idle(application)).toMatchObject({ ...expected, ...noEnergy });
    // 1,500 J between two scrapes; in the 100th the counter is reset and is at 300 J. Two pods report it.
    const joules = (step: number) => (step < 100 ? 7e5 + 1500 * step : 300 + 1500 * (step - 100));
    const counters = Array.from({ length: 160 }, (_, step) => {
      const of = (pod: string) =>
        `DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{UUID="GPU-a",pod="${pod}"} ${joules(step) * 1000}`;
      return parseScrape(`${of('one')}\n${of('two')}`, start + step * STEP);
    });
    await write(application, here, counters.flat());
    clock.at += 3_600_000;
    await syncAll(application);
    const energyKwh = (99 * 1500 + 300 + 59 * 1500) / 3.6e6;
    const energy = { energyKwh: expect.closeTo(energyKwh, 9), idleEnergyKwh: expect.closeTo(energyKwh, 9) };
    expect(await idle(application)).toMatchObject({ ...expected, samples: 160, ...energy, energyReason: null });
    expect(await idle(application, { query: { window: '2h' } })).toMatchObject({ ...energy, idleEnergyKwh: 0 });
  });
});

describe('readings that come in any order, twice, at once, and over a restart', () => {
  it('are the same as the same readings of a file', async () => {
    const readings = fc.uniqueArray(
      fc.record({ gpu: fc.constantFrom('a', 'b'), step: fc.nat(700), value: fc.constantFrom(0, 0, 40) }),
      { selector: ({ gpu, step }) => `${gpu} ${step}`, minLength: 40, maxLength: 400 },
    );
    await fc.assert(
      fc.asyncProperty(readings, fc.integer({ min: 1, max: 6 }), async (all, parts) => {
        const [sent, file] = [await fresh(), await fresh()];
        const series = all.map(
          ({ gpu, step, value }) => parseScrape(util(`UUID="${gpu}"`, value), start + step * STEP)[0],
        );
        const known = series.filter((one) => one !== undefined);
        for (let part = 0; part < parts; part += 1) {
          const some = known.filter((_, index) => index % parts === part || index % 7 === part);
          await write(sent.application, here, some);
          if (part % 2 === 0) await syncAll(sent.application);
        }
        sent.clock.at += 86_400_000;
        await syncAll(sent.application);
        const rows = all.map(({ gpu, step, value }) => `${gpu},${(start + step * STEP) / 1000},${value}`);
        await importSamples(file.application, ['gpu,time,value', ...rows].join('\n'), {
          interval: '15s',
          price: { amount: '2', currency: 'USD' },
        });
        const [found, expected] = [await idle(sent.application), await idle(file.application)];
        expect(found).toEqual(expected);
      }),
      { numRuns: 2 },
    );
  });

  it('are all there when many were sent at once, also after the server was begun anew', async () => {
    const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
    const overrides = { clock: { now: () => start + 3_600_000 } };
    {
      await using application = await testApplication(overrides, { data });
      await applyText(application, gpuSource(here, '{ type: push }'));
      const writes = Array.from({ length: 160 }, (_, step) =>
        parseScrape(util('UUID="GPU-a"', 0), start + step * STEP),
      );
      const answers = await Promise.all(writes.map((series) => write(application, here, series)));
      expect(answers.every(({ status }) => status === 204)).toBe(true);
    }
    await using application = await testApplication(overrides, { data });
    expect(await idle(application)).toMatchObject({ samples: 160, idleGpuHours: hours(160) });
    expect(await syncOwn(application)).toMatchObject({ readings: 160 });
    expect(await idle(application)).toMatchObject({ samples: 160, idleGpuHours: hours(160) });
  });
});

const of = (gpu: string, ...lines: string[]) => lines.map((line) => line.replace('"GPU"', `"${gpu}"`));
const SM = 'DCGM_FI_PROF_SM_ACTIVE{UUID="GPU"} 0.25';
const GR = 'DCGM_FI_PROF_GR_ENGINE_ACTIVE{UUID="GPU"} 0.5';
const pod = (name: string, value: number, more = '') =>
  `DCGM_FI_DEV_GPU_UTIL{UUID="GPU",pod="${name}"${more}} ${value}`;
/** Lines of a scrape of a GPU, and the resulting utilization. */
const SHOWN: readonly (readonly [gpu: string, lines: readonly string[], mean: number])[] = [
  ['copies-for-each-pod-of-time-slicing', [pod('p1', 99), pod('p2', 99), pod('p3', 99)], 0.99],
  ['parts-by-process-added-up', [pod('p1', 30), pod('p2', 20)], 0.5],
  ['parts-of-which-it-has-no-more-than-there-is', [pod('p1', 70), pod('p2', 60)], 1],
  ['parts-beside-its-own-which-counts', [util('UUID="GPU"', 65), pod('p1', 30), pod('p2', 20)], 0.65],
  ['one-exporter-scraped-twice', [pod('p1', 40, ',replica="x"'), pod('p1', 30, ',replica="y"')], 0.4],
  ['sm-active-before-all-others', [util('UUID="GPU"', 100), GR, SM], 0.25],
  ['gr-engine-active-before-gpu-util', [util('UUID="GPU"', 100), GR], 0.5],
  ['gpu-util-where-there-is-nothing-else', [util('UUID="GPU"', 100)], 1],
];

describe('a GPU of several series', () => {
  it('has one utilization: that of its best signal, of itself before its holders, of copies once', async () => {
    const { application } = await prepared();
    await write(application, here, scrapes(SHOWN.flatMap(([gpu, lines]) => of(gpu, ...lines)).join('\n'), 4));
    const live = await idle(application);
    const source = await syncOwn(application);
    for (const { byGpu } of [live, await idle(application)]) {
      const found = byGpu.map(({ gpu, gpuHours, meanUtilizationRatio }) => [gpu, gpuHours, meanUtilizationRatio]);
      expect(found.toSorted()).toEqual(SHOWN.map(([gpu, , mean]) => [gpu, hours(4), mean]).toSorted());
    }
    expect(source?.signals.toSorted((a, b) => a.gpus - b.gpus)).toEqual([
      { signal: 'DCGM_FI_PROF_GR_ENGINE_ACTIVE', gpus: 1 },
      { signal: 'DCGM_FI_PROF_SM_ACTIVE', gpus: 1 },
      { signal: 'DCGM_FI_DEV_GPU_UTIL', gpus: 6 },
    ]);
  });

  it('keeps its signal while a profiler takes it away: what is missing is no other figure, and not zero', async () => {
    const { application, clock } = await prepared();
    const both = [util('UUID="GPU-a"', 100), ...of('GPU-a', SM)].join('\n');
    await write(application, here, scrapes(both, 4));
    await syncAll(application);
    await write(application, here, scrapes(util('UUID="GPU-a"', 100), 40, { from: 4 }));
    await syncAll(application);
    expect(await idle(application)).toMatchObject({ samples: 4, meanUtilizationRatio: 0.25 });
    // After an hour without the better signal, the available one is used.
    clock.at += 7_200_000;
    await write(application, here, scrapes(util('UUID="GPU-a"', 100), 4, { from: 300 }));
    const source = await syncOwn(application);
    expect(await idle(application)).toMatchObject({ samples: 8, meanUtilizationRatio: 0.625 });
    expect(source?.signals).toEqual([{ signal: 'DCGM_FI_DEV_GPU_UTIL', gpus: 1 }]);
  });
});

describe('values of DCGM', () => {
  it('that stand for "not known" are left out, counted, and never zero', async () => {
    const { application } = await prepared();
    const bad = ['2147483634', '9223372036854775794', '140737488355328', 'NaN', '+Inf', '-1', '101'];
    const lines = bad.map((value, index) => util(`UUID="GPU-${index}"`, value));
    lines.push(
      'DCGM_FI_DEV_GPU_UTIL{gpu="0",Hostname="n1"} 5',
      'DCGM_FI_DEV_MEMORY_TEMP{UUID="GPU-a"} 9223372036854775794',
    );
    await write(application, here, scrapes([...lines, util('UUID="GPU-a"', 5)].join('\n'), 1));
    const source = await ownSource(application);
    expect(await idle(application)).toMatchObject({ gpus: 1, samples: 1 });
    expect(source?.leftOut.map(({ reason, readings }) => [reason, readings])).toEqual([
      ['no UUID names the GPU', 1],
      ['a mark of DCGM for "not known"', 3],
      ['no value: NaN or infinite', 2],
      ['below zero', 1],
      ['more than there can be', 1],
    ]);
  });

  it('and labels that nobody would give are left out', async () => {
    const { application } = await prepared();
    const named = (uuid: string): Series => ({
      labels: { __name__: 'DCGM_FI_DEV_GPU_UTIL', UUID: uuid },
      samples: [[start, 5]],
    });
    const names = ['x'.repeat(2_000_000), 'a\0b', '   ', '', "GPU-'); DROP TABLE x; --"];
    expect((await write(application, here, names.map(named))).status).toBe(204);
    const source = await syncOwn(application);
    expect(source?.leftOut).toMatchObject([{ reason: 'no UUID names the GPU', readings: 4 }]);
    expect((await idle(application)).byGpu.map(({ gpu }) => gpu)).toEqual(names.slice(4));
  });

  it('below the noise of profiling counters are zero: nothing runs', async () => {
    const { application } = await prepared();
    await write(application, here, scrapes('DCGM_FI_PROF_GR_ENGINE_ACTIVE{UUID="GPU-a"} 0.0004', 160));
    expect(await idle(application)).toMatchObject({ idleGpuHours: hours(160) });
  });

  it('of the future, and of long ago, are left out', async () => {
    const { application } = await prepared();
    await write(application, here, [
      ...parseScrape(util('UUID="GPU-a"', 5), start + 3 * 3_600_000),
      ...parseScrape(util('UUID="GPU-a"', 5), 86_400_000),
    ]);
    const source = await ownSource(application);
    expect(source?.leftOut.map(({ reason }) => reason)).toEqual([
      'the time is in the future',
      'older than readings are kept',
    ]);
    expect(await idle(application)).toMatchObject({ gpus: 0 });
  });
});

describe('parts of a GPU (MIG)', () => {
  it('count for as much of it as their compute is, and the GPU itself has no reading beside them', async () => {
    const { application } = await prepared();
    const part = (id: number, profile: string, value: number) =>
      `DCGM_FI_PROF_GR_ENGINE_ACTIVE{UUID="GPU-a",GPU_I_ID="${id}",GPU_I_PROFILE="${profile}"} ${value}`;
    const text = [part(1, '3g.40gb', 0), part(2, '4g.40gb', 1), util('UUID="GPU-a"', 50)].join('\n');
    await write(application, here, scrapes(text, 140));
    for (const look of ['before', 'after']) {
      if (look === 'after') await syncAll(application);
      const found = await idle(application);
      expect(found.byGpu.map(({ gpu, gpuHours }) => [gpu, gpuHours])).toEqual([
        ['GPU-a/1', expect.closeTo((hours(140) * 3) / 7, 6)],
        ['GPU-a/2', expect.closeTo((hours(140) * 4) / 7, 6)],
      ]);
      expect(found.gpuHours).toBeCloseTo(hours(140), 6);
      expect(found.meanUtilizationRatio).toBeCloseTo(4 / 7, 6);
      expect(found.idleShare).toBeCloseTo(3 / 7, 6);
    }
  });
});

describe('a remote write that is none', () => {
  const bodies: readonly (readonly [what: string, body: Buffer, why: RegExp])[] = [
    ['nothing', Buffer.alloc(0), /not a snappy block: it does not begin with a size/],
    ['text', Buffer.from('hello'), /not a snappy block/],
    ['a size of gigabytes', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]), /bytes when unpacked/],
    ['a copy from before its beginning', Buffer.from([4, 1, 9]), /copies from before/],
    ['a literal that is cut off', Buffer.from([4, 12, 1]), /ends within a literal/],
    ['snappy of something else', Buffer.from([3, 8, 0xff, 0xff, 0xff]), /not a WriteRequest/],
  ];
  it('is refused with what is wrong', async () => {
    const { application } = await prepared();
    for (const [what, body, why] of bodies) {
      const answer = await write(application, here, body);
      expect(answer.status, what).toBe(400);
      expect(JSON.parse(answer.body), what).toMatchObject({ code: 'gpu_write_malformed' });
      expect(JSON.parse(answer.body).detail, what).toMatch(why);
    }
  });

  it('is refused where there is no such source, or it is asked', async () => {
    const { application } = await fresh('{ type: prometheus, url: "http://127.0.0.1:9" }');
    expect((await write(application, 'there', [])).status).toBe(404);
    expect((await write(application, here, [])).status).toBe(409);
    expect((await write(application, '%00', [])).status).toBe(400);
  });
});

describe('readings of nvidia-smi', () => {
  it('are taken, and what is not told is left out', async () => {
    const { application } = await prepared();
    const gpu = (at: number, utilizationRatio: number | null) => ({
      at: new Date(at).toISOString(),
      uuid: 'GPU-a',
      model: 'NVIDIA A10G',
      utilizationRatio,
      memoryBytes: 2 ** 31,
      pids: [7],
    });
    const gpus = Array.from({ length: 160 }, (_, index) => gpu(start + index * STEP, index === 9 ? null : 0));
    const sent = await call(application, sendGpuReadings, { params: { source: here }, body: { host: 'n1', gpus } });
    expect(sent).toEqual({ readings: 319, leftOut: [] });
    expect(await idle(application)).toMatchObject({
      gpus: 1,
      // One of 160 was lost of all GPUs alike, and is made up for.
      idleGpuHours: hours(160),
      buckets: { idleHeldGpuHours: hours(160) },
    });
    const late = await call(application, sendGpuReadings, {
      params: { source: here },
      body: { host: 'n1', gpus: [gpu(start + 1e8, 1)] },
    });
    expect(late).toMatchObject({ readings: 0, leftOut: [{ reason: 'the time is in the future', readings: 1 }] });
    const unknown = call(application, sendGpuReadings, { params: { source: 'there' }, body: { host: 'n1', gpus } });
    expect(await catchProblem(unknown)).toMatchObject({ code: 'gpu_source_not_found' });
  });
});
