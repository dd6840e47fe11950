import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { getReconciliation } from '../../finops/allocation/reconciliation/schema.ts';
import { recordUsage, type UsageInterval } from '../../finops/metering/schema.ts';
import { applyRules, type BillRow, billCsv } from '../../finops/testing/allocation.ts';
import { type Application, createApplication } from '../../main.ts';
import { getModelVersion } from '../../mlops/registry/schema.ts';
import { getRun, listRuns, type RunCost } from '../../mlops/runs/schema.ts';
import { newRun, post } from '../../mlops/wire/testing.ts';
import { loadConfig } from '../../platform/config/index.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { sumDecimals } from '../../platform/units/index.ts';
import { call, importFiles, postponeJobs, testApplication } from '../../testing/application.ts';
import { getDecision } from '../decisions/schema.ts';
import { getVersionEvidence } from '../evidence/schema.ts';
import { checkGate } from '../gates/schema.ts';
import { getRunCostTotals } from './schema.ts';

const at = Date.parse('2026-10-02T00:00:00Z');
const HOUR = 3_600_000;

async function open(): Promise<Application> {
  const opened = await testApplication({ clock: { now: () => Date.parse('2026-11-15T00:00:00Z') } });
  await postponeJobs(opened, 'forecasts.make', 'anomalies.judge');
  return opened;
}
let application: Application;
/** These tests change prices, bills and rules of the whole application: each has its own. */
async function ownApplication(): Promise<void> {
  const own = await open();
  onTestFinished(() => own[Symbol.asyncDispose]());
  application = own;
}

const priced = (perHour: string) => {
  const text = `apiVersion: steelyard/v1\nkind: PriceBook\nmetadata: {name: own}\nspec:\n  currency: USD\n  source: contract\n  prices:\n    - {resource: 'gpu:H100', perHour: '${perHour}', effectiveFrom: '2026-01-01T00:00:00Z'}\n`;
  return call(application, postApply, { body: { documents: [{ file: 'prices.yaml', text }] } });
};
const gpuRow = (row: BillRow) => ({ category: 'Compute', service: 'EC2', details: '{"GpuCount": 8}', ...row });
const interval = (usage: string, hours: number, more: Partial<UsageInterval> = {}): UsageInterval => ({
  usage,
  subject: { run: usage },
  resource: 'gpu:H100',
  resourceId: 'i-1',
  quantity: '1',
  period: { start: new Date(at).toISOString(), end: new Date(at + hours * HOUR).toISOString() },
  origin: 'test',
  ...more,
});
const record = (...intervals: UsageInterval[]) => call(application, recordUsage, { body: { intervals } });
const readRunCost = async (runId: string): Promise<RunCost> =>
  (await call(application, getRun, { params: { runId } })).cost;
const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 10_000, interval: 20 });

/** A run that logs one sample of a GPU's power every minute. */
async function gpuRun(minutes: number, watts: number): Promise<string> {
  const tags = [
    { key: 'steelyard.resource', value: 'gpu:H100' },
    { key: 'steelyard.resource_id', value: 'i-1' },
  ];
  const run_id = await newRun(application, { start_time: at, tags });
  const metrics = Array.from({ length: minutes + 1 }, (_, step) => ({
    ...{ key: 'system/gpu_0_power_usage_watts', value: watts, step },
    timestamp: at + step * 60_000,
  }));
  await post(application, 'runs/log-batch', { run_id, metrics });
  return run_id;
}

describe('the cost of a run', () => {
  beforeEach(ownApplication);

  it('is metered as it happens, with hardware, GPU-hours and energy', async () => {
    await priced('6');
    const run = await gpuRun(60, 500);
    await eventually(async () =>
      expect((await readRunCost(run)).metered.cost).toEqual({ amount: '6', currency: 'USD' }),
    );
    await post(application, 'runs/update', { run_id: run, status: 'FINISHED' });
    await eventually(async () => expect((await readRunCost(run)).energy).toEqual({ kilowattHours: 0.5, reason: null }));
    expect(await readRunCost(run)).toMatchObject({
      total: { cost: { amount: '6', currency: 'USD' }, basis: 'metered', reason: null },
      gpuHours: { hours: '1', reason: null },
      priceSources: [expect.stringMatching(/^gpu:H100 at \$6 an hour: .* \(from \d+ [A-Z][a-z]{2} \d{4}\)$/)],
      hardware: [{ resource: 'gpu:H100', resourceId: 'i-1', quantity: '1', hours: '1' }],
    });
  });

  it('is null with the reason without usage or a price, and follows the price book', async () => {
    const idle = await newRun(application);
    const run = await gpuRun(60, 500);
    expect((await readRunCost(idle)).total).toEqual({
      ...{ cost: null, basis: null, reason: 'no usage was recorded for the run' },
    });
    const unpriced = { cost: null, reason: 'the price book has no "gpu:H100"' };
    await eventually(async () => expect((await readRunCost(run)).metered).toEqual(unpriced));
    await priced('6');
    await eventually(async () => expect((await readRunCost(run)).metered.cost?.amount).toBe('6'));
    await priced('7');
    await eventually(async () => expect((await readRunCost(run)).metered.cost?.amount).toBe('7'));
  });

  it('is reconciled when the bill comes and again when it is restated', async () => {
    await priced('6');
    const run = await gpuRun(60, 500);
    await eventually(async () => expect((await readRunCost(run)).total.basis).toBe('metered'));
    // 8 GPUs for a day at 1920: 10 a GPU-hour.
    await importFiles(application, 'aws', { 'a.csv': billCsv([gpuRow({ cost: '1920', resource: 'i-1' })]) });
    const reconciled = (amount: string) => ({ cost: { amount, currency: 'USD' }, basis: 'reconciled', reason: null });
    await eventually(async () => expect((await readRunCost(run)).total).toEqual(reconciled('10')));
    await importFiles(application, 'aws', { 'b.csv': billCsv([gpuRow({ cost: '2880', resource: 'i-1' })]) });
    await eventually(async () => expect((await readRunCost(run)).total).toEqual(reconciled('15')));
  });

  it('is the effective cost of a machine that a commitment covers, though nothing was billed for it', async () => {
    const { experiment_id } = await post(application, 'experiments/create', { name: 'committed' });
    const [run, other] = [await newRun(application, { experiment_id }), await newRun(application, { experiment_id })];
    await record(interval(run, 24, { resourceId: 'i-sp', quantity: '8' }), interval(other, 1, { resourceId: 'i-2' }));
    const rows = [
      gpuRow({ cost: '0', effective: '960', resource: 'i-sp', tags: { run } }),
      gpuRow({ cost: '2400', effective: '2400', resource: 'i-2' }),
    ];
    await importFiles(application, 'aws', { 'sp.csv': billCsv(rows) });
    await applyRules(application, "    - {name: runs, match: {'tag:run': '*'}, subject: {run: '{tag:run}'}}\n");
    const cost = { amount: '960', currency: 'USD' };
    await eventually(async () =>
      expect((await readRunCost(run)).total).toEqual({ cost, basis: 'reconciled', reason: null }),
    );
    await eventually(async () => expect((await readRunCost(run)).allocated).toEqual({ cost, reason: null }));
    const found = async (filter: string, orderBy?: string) =>
      (await call(application, listRuns, { query: { filter, orderBy } })).runs.map(({ runId }) => runId);
    expect(await found('cost.total > 500')).toEqual([run]);
    expect(await found('cost.reconciled > 0', 'cost.total DESC')).toEqual([run, other]);
    expect((await call(application, getRunCostTotals, { query: { period: '2026-10' } })).billed).toMatchObject([
      { billed: '3360', toRuns: '972.5' },
    ]);
    await post(application, 'registered-models/create', { name: 'committed' });
    const source = `mlflow-artifacts:/${experiment_id}/${run}/artifacts/model`;
    await post(application, 'model-versions/create', { name: 'committed', source, run_id: run });
    const quality = "quality: [{metric: ndcg, direction: higher, floor: '0.2'}]";
    const spec = `{model: committed, currency: USD, ${quality}, cost: [{measure: trainingCost, atMost: '500'}]}`;
    const text = `apiVersion: steelyard/v1\nkind: Policy\nmetadata: {name: committed}\nspec: ${spec}\n`;
    await call(application, postApply, { body: { documents: [{ file: 'policy.yaml', text }] } });
    const body = { model: 'committed', version: '1', policy: 'committed', dryRun: false };
    const { checks, decision } = await call(application, checkGate, { body });
    expect(checks.at(-1)).toMatchObject({ name: 'training cost', measured: '960', holds: false });
    const { evidence } = await call(application, getDecision, { params: { decision: decision ?? '' } });
    expect(evidence.candidate.trainingCost).toMatchObject({ cost, basis: 'reconciled' });
    expect(evidence.billDeliveries).toHaveLength(1);
  });

  it('takes usage that comes after the bill, and after a restart', async () => {
    const data = mkdtempSync(join(tmpdir(), 'run-costs-'));
    const { config } = loadConfig({ environment: {}, flags: { data, logLevel: 'silent', port: 0 } });
    const clock = { now: () => Date.parse('2026-11-15T00:00:00Z') };
    const before = await createApplication(config, { clock });
    application = before;
    await priced('6');
    await importFiles(application, 'aws', { 'a.csv': billCsv([gpuRow({ cost: '1920', resource: 'i-1' })]) });
    const run = await gpuRun(60, 500);
    await eventually(async () => expect((await readRunCost(run)).metered.cost?.amount).toBe('6'));
    await post(application, 'runs/update', { run_id: run, status: 'FINISHED' });
    // Whatever was not worked out by now is noted in the store.
    await before[Symbol.asyncDispose]();
    const after = await createApplication(config, { clock });
    onTestFinished(() => after[Symbol.asyncDispose]());
    application = after;
    await eventually(async () => expect((await readRunCost(run)).total.basis).toBe('reconciled'));
    await eventually(async () => expect((await readRunCost(run)).energy.kilowattHours).toBe(0.5));
  });

  it('holds what allocation rules give, beside and never added', async () => {
    const run = await newRun(application);
    await importFiles(application, 'aws', { 'a.csv': billCsv([{ cost: '42', tags: { run } }]) });
    await applyRules(application, "    - {name: runs, match: {'tag:run': '*'}, subject: {run: '{tag:run}'}}\n");
    await eventually(async () => expect((await readRunCost(run)).total).toMatchObject({ basis: 'allocated' }));
    expect((await readRunCost(run)).allocated).toEqual({ cost: { amount: '42', currency: 'USD' }, reason: null });
    await applyRules(application, "    - {name: none, match: {'tag:nothing': '*'}, subject: {team: x}}\n");
    await eventually(async () => expect((await readRunCost(run)).total.cost).toBeNull());
  });

  it('is that of the version that it made', async () => {
    await priced('6');
    const run = await gpuRun(60, 500);
    await post(application, 'registered-models/create', { name: 'ranker' });
    await post(application, 'model-versions/create', { name: 'ranker', source: `runs:/${run}/model`, run_id: run });
    await eventually(async () => expect((await readRunCost(run)).total.cost?.amount).toBe('6'));
    await post(application, 'runs/update', { run_id: run, status: 'FINISHED' });
    await eventually(async () => expect((await readRunCost(run)).energy.kilowattHours).toBe(0.5));
    const params = { model: 'ranker', version: '1' };
    const cost = await readRunCost(run);
    expect((await call(application, getModelVersion, { params })).cost).toEqual(cost);
    expect((await call(application, getVersionEvidence, { params })).runCost).toEqual(cost);
  });
});

describe('the costs of a month', () => {
  beforeEach(ownApplication);

  it('add up to what was metered and billed, with what is nobody’s', async () => {
    await priced('3.333333333');
    const runs: string[] = [];
    for (const hours of [7, 11, 13, 1]) {
      const run = await newRun(application);
      runs.push(run);
      await record(interval(run, hours));
    }
    await record(
      interval('shared', 5, { subject: { team: 'search' } }),
      interval('unknown', 5, { resource: 'tpu', resourceId: 'i-9' }),
      interval('over-months', 24 * 40, { subject: { team: 'search' }, resourceId: 'i-2' }),
    );
    const rows = [
      gpuRow({ cost: '100.000000000000000001', resource: 'i-1' }),
      gpuRow({ cost: '33.33', resource: 'i-2' }),
      gpuRow({ cost: '8', resource: 'i-untracked' }),
    ];
    await importFiles(application, 'aws', { 'a.csv': billCsv(rows) });
    const totals = () => call(application, getRunCostTotals, { query: { period: '2026-10' } });
    await eventually(async () => expect((await totals()).asOf).not.toBeNull());
    const { billed, metered, unpricedIntervals } = await totals();
    const [bill] = billed;
    const [own] = metered;
    if (bill === undefined || own === undefined) throw new Error('no totals');
    expect(bill.billed).toBe('141.330000000000000001');
    expect(sumDecimals([bill.toRuns, bill.toOthers, bill.idle, bill.untracked])).toBe(bill.billed);
    expect(sumDecimals([own.toRuns, own.toOthers])).toBe(own.total);
    expect(unpricedIntervals).toBe(1);
    const { totals: said } = await call(application, getReconciliation, { query: { period: '2026-10' } });
    expect(said[0]).toMatchObject({ billed: bill.billed, idle: bill.idle, untracked: bill.untracked });
    expect(sumDecimals([bill.toRuns, bill.toOthers])).toBe(said[0]?.reconciled);
    const costs = await Promise.all(runs.map(readRunCost));
    const sumOf = (figure: 'metered' | 'reconciled') =>
      sumDecimals(costs.flatMap((cost) => cost[figure].cost?.amount ?? []));
    expect(costs.every(({ total }) => total.basis === 'reconciled')).toBe(true);
    expect([sumOf('reconciled'), sumOf('metered')]).toEqual([bill.toRuns, own.toRuns]);
  });
});

describe('a search by cost', () => {
  let experiment_id: unknown;
  afterAll(() => application[Symbol.asyncDispose]());
  beforeAll(async () => {
    application = await open();
    await priced('1');
    ({ experiment_id } = await post(application, 'experiments/create', { name: 'costs' }));
    const runs = [];
    for (const run_name of ['cheap', 'dear', 'unknown']) {
      runs.push(await newRun(application, { experiment_id, run_name, start_time: at + runs.length }));
    }
    const [cheap = '', dear = ''] = runs;
    await post(application, 'runs/log-batch', {
      run_id: dear,
      metrics: [{ key: 'ndcg', value: 0.5, timestamp: at, step: 0 }],
    });
    await record(interval(cheap, 2), interval(dear, 9));
    await eventually(async () => expect((await readRunCost(dear)).total.cost?.amount).toBe('9'));
  });

  const found = async (filter: string) =>
    (await call(application, listRuns, { query: { filter } })).runs.map(({ runName }) => runName);

  it.each([
    ['cost.metered > 5', ['dear']],
    ['cost.metered > 5 and metrics.ndcg > 0.4', ['dear']],
    ['cost.metered > 5 and metrics.ndcg > 0.6', []],
    ['cost.total <= 2', ['cheap']],
    ['cost.total != 2', ['dear']],
    ['cost.gpu_hours >= 2', ['dear', 'cheap']],
    ["cost.currency = 'USD'", ['dear', 'cheap']],
    ['cost.energy_kwh >= 0', []],
    ['cost.reconciled < 1000', []],
  ])('finds by %s; what is unknown never matches', async (filter, names) => {
    expect(await found(filter)).toEqual(names);
  });

  it('orders by cost on the MLflow wire, what is unknown last in both directions', async () => {
    const ordered = async (order: string) => {
      const { runs } = await post(application, 'runs/search', { experiment_ids: [experiment_id], order_by: [order] });
      return (runs as { info: { run_name: string } }[]).map(({ info }) => info.run_name);
    };
    expect(await ordered('cost.metered DESC')).toEqual(['dear', 'cheap', 'unknown']);
    expect(await ordered('cost.metered ASC')).toEqual(['cheap', 'dear', 'unknown']);
  });

  it.each([
    ['cost.nonsense > 1', "Invalid cost key 'nonsense'"],
    ["cost.total > 'x'", 'Expected numeric value type'],
    ["cost.total LIKE '1'", "Invalid comparator 'LIKE'"],
  ])('refuses %s', async (filter, why) => {
    await expect(found(filter)).rejects.toThrow(why);
  });
});
