import { beforeEach, describe, expect, it } from 'vitest';
import { call, catchProblem, importFiles } from '../../testing/application.ts';
import { sharedQuietApplication } from '../../testing/shared.ts';
import { applyRules, type BillRow, billCsv, readCostBy } from '../testing/allocation.ts';
import { KubernetesSplit } from './rules/schema.ts';
import { deriveAgain, getCoverage, listDerivations } from './schema.ts';
import { recordWorkloadUsage, type WorkloadUsage } from './workloads/schema.ts';
import { computeWorkloadWeight } from './workloads/weights.ts';

const application = await sharedQuietApplication({ clock: { now: () => Date.parse('2026-11-15T00:00:00Z') } });
/** Each test replaces the October bill with charges of a test-specific node, and replaces the rules. */
let node = '';
let tests = 0;
beforeEach(() => {
  tests += 1;
  node = `i-${tests}a`;
});

const NODES = (more = '') => `    - {name: nodes, match: {serviceName: EC2}, kubernetes: {${more}}}\n`;
const hour = (cost: string, more: Partial<BillRow> = {}): BillRow => ({
  cost,
  service: 'EC2',
  resource: node.toUpperCase(),
  day: '2026-10-02T10:00:00Z',
  until: '2026-10-02T11:00:00Z',
  ...more,
});
const load = (rows: readonly BillRow[]) => importFiles(application, 'aws', { 'a.csv': billCsv(rows) });

type Given = Partial<Omit<WorkloadUsage, 'capacity'>> & { capacity?: Partial<WorkloadUsage['capacity']> };
let count = 0;
function pod(team: string, given: Given): WorkloadUsage {
  count += 1;
  const { capacity, ...rest } = given;
  return {
    usage: `u${count}`,
    node,
    workload: `ns/${team}`,
    subject: { team },
    period: { start: '2026-10-02T10:00:00Z', end: '2026-10-02T11:00:00Z' },
    capacity: { cpus: '0', gpus: '0', ramGib: '0', ...capacity },
    origin: 'test',
    ...rest,
  };
}
const report = (...usages: WorkloadUsage[]) => call(application, recordWorkloadUsage, { body: { usages } });
const coverage = async () => (await call(application, getCoverage, { query: {} })).rows[0];

describe('node cost', () => {
  it('is split all-in by GPU share, with idle and unallocated as rows of their own', async () => {
    const capacity = { gpus: '8', cpus: '192', ramGib: '2048' };
    await report(
      pod('a', { gpu: { requested: '4', used: '3' }, capacity }),
      pod('b', { gpu: { requested: '2' }, cpu: { requested: '100' }, capacity }),
    );
    await load([hour('55.04')]);
    await applyRules(application, NODES());
    // 6.88 per GPU: a holds 4, of which 1 is idle; b holds 2; 2 are unallocated.
    expect(await readCostBy(application, 'team')).toEqual({ a: '27.52', b: '13.76', unallocated: '13.76' });
    expect(await coverage()).toMatchObject({ allocated: '34.4', idle: '6.88', unallocated: '13.76', total: '55.04' });
    await applyRules(application, NODES('idle: included'));
    expect(await coverage()).toMatchObject({ allocated: '41.28', idle: '0' });
    await applyRules(application, NODES('basis: usage'));
    expect(await readCostBy(application, 'team')).toEqual({ a: '20.64', unallocated: '34.4' });
  });

  it('counts sevenths of a MIG card exactly', async () => {
    const slices = ['1/7', '2/7', '4/7'].map((requested, index) =>
      pod(`t${index}`, { gpu: { requested }, capacity: { gpus: '1' } }),
    );
    await report(...slices);
    await load([hour('7'), hour('0.00000000000000000007')]);
    await applyRules(application, NODES());
    expect(await readCostBy(application, 'team')).toEqual({
      t0: '1.00000000000000000001',
      t1: '2.00000000000000000002',
      t2: '4.00000000000000000004',
    });
  });

  it('weighs CPU and memory of a node without GPUs by the prices, scaled to what the node cost', async () => {
    const prices = "prices: {cpuHour: '30', ramGibHour: '10', gpuHour: '30'}";
    await report(
      pod('a', { cpu: { requested: '1' }, ramGib: { requested: '0' }, capacity: { cpus: '1', ramGib: '1' } }),
    );
    await load([hour('20')]);
    await applyRules(application, NODES(prices));
    expect(await readCostBy(application, 'team')).toEqual({ a: '15', unallocated: '5' });
  });

  it('follows the time that a workload held the node, over charges of any length', async () => {
    const capacity = { gpus: '1' };
    await report(
      pod('a', {
        gpu: { requested: '1' },
        capacity,
        period: { start: '2026-10-01T12:00:00Z', end: '2026-10-03T12:00:00Z' },
      }),
    );
    await load([
      hour('24', { day: '2026-10-01', until: '2026-10-02T00:00:00Z' }),
      hour('24', { day: '2026-10-02', until: '2026-10-04T00:00:00Z' }),
    ]);
    await applyRules(application, NODES());
    expect(await readCostBy(application, 'team')).toEqual({ a: '30', unallocated: '18' });
  });

  it('is shared by what was held where more was held than there is', async () => {
    const capacity = { gpus: '1' };
    await report(...['a', 'b', 'c'].map((name) => pod(name, { gpu: { requested: '1' }, capacity })));
    await load([hour('9')]);
    await applyRules(application, NODES());
    expect(await readCostBy(application, 'team')).toEqual({ a: '3', b: '3', c: '3' });
  });

  it('stays one row without a receiver where nobody reported the node, and is split when the report comes', async () => {
    await applyRules(application, NODES());
    await load([hour('9'), hour('1', { resource: '' })]);
    expect(await coverage()).toMatchObject({ sharedUnallocated: '10' });
    const before = (await call(application, listDerivations)).derivations;
    await report(pod('a', { gpu: { requested: '1' }, capacity: { gpus: '1' } }));
    expect(await call(application, deriveAgain, { body: {} })).toEqual({ periods: ['2026-10'] });
    expect(await readCostBy(application, 'team')).toEqual({ a: '9', unallocated: '1' });
    const after = (await call(application, listDerivations)).derivations;
    expect(after[0]?.deliveries).toEqual(before[0]?.deliveries);
    expect(after[0]?.usage).not.toBe(before[0]?.usage);
  });

  it('refuses a usage that ends in the future, whole', async () => {
    const future = pod('a', { period: { start: '2026-10-02T10:00:00Z', end: '2027-10-02T11:00:00Z' } });
    const problem = await catchProblem(report(pod('b', { gpu: { requested: '1' } }), future));
    expect(problem.code).toBe('usage_interval_invalid');
    await load([hour('9')]);
    await applyRules(application, NODES());
    expect(await readCostBy(application, 'team')).toEqual({ unallocated: '9' });
  });

  it('weighs an H100 node as OpenCost does when it is asked to split by price', () => {
    // p5.48xlarge: 192 CPUs x 0.031611, 2048 GiB x 0.004237, 8 GPUs x 0.95: the GPUs are 34 % (reference 1.7).
    const weight = computeWorkloadWeight(
      pod('a', { gpu: { requested: '8' }, capacity: { cpus: '192', gpus: '8', ramGib: '2048' } }),
      KubernetesSplit.parse({ gpuNodes: 'by-price' }),
    );
    expect(Number(weight.held) / Number(weight.capacity)).toBeCloseTo(0.34, 2);
  });
});
