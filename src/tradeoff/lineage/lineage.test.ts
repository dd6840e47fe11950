import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { recordUsage, type UsageInterval } from '../../finops/metering/schema.ts';
import { applyRules, billCsv } from '../../finops/testing/allocation.ts';
import type { Application } from '../../main.ts';
import { getRun } from '../../mlops/runs/schema.ts';
import { linearGraph } from '../../mlops/serving/graphs.testing.ts';
import { appliedEndpoint, registeredFiles } from '../../mlops/testing/serving.ts';
import { newRun, post, textAt } from '../../mlops/wire/testing.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { sumDecimals } from '../../platform/units/index.ts';
import { call, catchProblem, importFiles, postponeJobs, testApplication } from '../../testing/application.ts';
import { checkGate } from '../gates/schema.ts';
import { getLineage, type Lineage } from './schema.ts';

const CONFIG = `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: contract, prices: [{resource: 'gpu:H100', perHour: '6', effectiveFrom: 2026-01-01}]}
---
apiVersion: steelyard/v1
kind: Policy
metadata: {name: production}
spec:
  model: ranker
  currency: USD
  quality: [{metric: ndcg, direction: higher, floor: '0.2', notWorseThanChampionBy: '0.01'}]
  cost: [{measure: trainingCost, atMost: '100'}]
`;

let application: Application;
let run: string;
let modelId: string;
beforeEach(async () => {
  application = await testApplication({ clock: { now: () => Date.parse('2026-11-15T00:00:00Z') } });
  onTestFinished(() => application[Symbol.asyncDispose]());
  await postponeJobs(application, 'forecasts.make', 'anomalies.judge');
  await call(application, postApply, { body: { documents: [{ file: 'c.yaml', text: CONFIG }] } });
  await makeRun();
});

/** Bill lines -> i-1 -> run <- dataset; run -> logged model -> ranker 1. */
async function makeRun(): Promise<void> {
  run = await newRun(application, { run_name: 'trained' });
  const dataset = { name: 'clicks', digest: 'abc', source_type: 'local', source: '{}' };
  await post(application, 'runs/log-inputs', { run_id: run, datasets: [{ dataset, tags: [] }] });
  await post(application, 'runs/log-batch', {
    run_id: run,
    metrics: [{ key: 'ndcg', value: 0.5, timestamp: 1, step: 0 }],
  });
  const created = await post(application, 'logged-models', { experiment_id: '0', name: 'm', source_run_id: run });
  modelId = textAt(created, 'model', 'info', 'model_id');
  await post(application, 'registered-models/create', { name: 'ranker' });
  await post(application, 'model-versions/create', {
    ...{ name: 'ranker', source: `models:/${modelId}`, run_id: run, model_id: modelId },
  });
  const usage = (id: string, more: Pick<UsageInterval, 'subject'> & Partial<UsageInterval>): UsageInterval => ({
    ...{ usage: id, resource: 'gpu:H100', quantity: '1', origin: 'test' },
    period: { start: '2026-10-02T00:00:00Z', end: '2026-10-02T02:00:00Z' },
    ...more,
  });
  const intervals = [
    usage('train', { subject: { run }, resourceId: 'I-1' }),
    usage('serve', {
      subject: { model: 'ranker', modelVersion: '1', purpose: 'inference' },
      predictions: 700,
    }),
  ];
  await call(application, recordUsage, { body: { intervals } });
  const rows = Array.from({ length: 13 }, (_, index) => ({
    ...{ cost: `${index + 1}.01`, resource: 'i-1', category: 'Compute', service: `EC2 ${index}` },
  }));
  await importFiles(application, 'aws', { 'a.csv': billCsv(rows) });
}

const lineage = (node: string, more: object = {}) => call(application, getLineage, { query: { node, ...more } });
const judge = () => call(application, checkGate, { body: { model: 'ranker', version: '1', policy: 'production' } });
const kinds = ({ nodes }: Lineage) =>
  Object.fromEntries([...Map.groupBy(nodes, ({ kind }) => kind)].map(([kind, all]) => [kind, all.length]));
const edges = (found: Lineage, relation: string) => found.edges.filter((edge) => edge.relation === relation);

describe('the lineage', () => {
  it('of a version goes back to the bill lines that paid for it', async () => {
    await vi.waitFor(
      async () => expect((await call(application, getRun, { params: { runId: run } })).cost.total.cost).not.toBeNull(),
      15_000,
    );
    const found = await lineage('model_version:ranker/1', { direction: 'upstream' });
    expect(kinds(found)).toEqual({ model_version: 1, logged_model: 1, run: 1, dataset: 1, resource: 1, bill_line: 10 });
    expect(edges(found, 'registered_as')).toMatchObject([
      { from: `logged_model:${modelId}`, to: 'model_version:ranker/1' },
    ]);
    expect(edges(found, 'logged')).toMatchObject([{ from: `run:${run}`, to: `logged_model:${modelId}` }]);
    expect(edges(found, 'held_by')).toEqual([
      { from: 'resource:i-1', to: `run:${run}`, relation: 'held_by', cost: { amount: '12', currency: 'USD' } },
    ]);
    expect(edges(found, 'billed_for')).toHaveLength(10);
    expect(found.nodes.find(({ kind }) => kind === 'run')?.cost).not.toBeNull();
  });

  it('sums the lines that it does not show: shown and left out are the whole bill of the resource', async () => {
    for (const billLines of [0, 1, 10, 12, 13, 200]) {
      const found = await lineage('resource:i-1', { direction: 'upstream', billLines });
      const shown = found.nodes.flatMap(({ kind, cost }) => (kind === 'bill_line' ? (cost?.amount ?? []) : []));
      const rest = found.leftOut.flatMap(({ costs }) => costs.map(({ amount }) => amount));
      expect(sumDecimals([...shown, ...rest])).toBe('91.13');
      expect(shown.length + found.leftOut.reduce((sum, { count }) => sum + (count ?? 0), 0)).toBe(13);
    }
  });

  it('of a bill line goes on to predictions and decisions', async () => {
    const { decision } = await judge();
    const [line] = (await lineage('resource:i-1', { direction: 'upstream', billLines: 1 })).nodes.slice(1);
    const found = await lineage(line?.id ?? '', { direction: 'downstream', depth: 10 });
    expect(found.nodes.map(({ kind }) => kind)).toEqual([
      ...['bill_line', 'resource', 'run', 'logged_model', 'model_version', 'predictions', 'decision'],
    ]);
    expect(found.nodes.at(-1)?.id).toBe(`decision:${decision}`);
    expect(found.nodes.find(({ kind }) => kind === 'predictions')).toMatchObject({
      ...{ cost: { amount: '12', currency: 'USD' }, facts: { count: '700' } },
    });
    expect(found.leftOut).toEqual([]);
  });

  it('of a dataset reaches what was made of it, and of a decision what it was about', async () => {
    const { nodes } = await lineage(`run:${run}`, { direction: 'upstream', depth: 1 });
    const dataset = nodes.find(({ kind }) => kind === 'dataset');
    expect(dataset).toMatchObject({ name: 'clicks', facts: { digest: 'abc' } });
    const down = await lineage(dataset?.id ?? '', { direction: 'downstream' });
    expect(kinds(down)).toMatchObject({ dataset: 1, run: 1, logged_model: 1, model_version: 1 });
    const { decision } = await judge();
    const up = await lineage(`decision:${decision}`, { direction: 'upstream', depth: 10 });
    expect(up.nodes.map(({ id }) => id)).toContain(dataset?.id);
  });

  it('of a version knows the endpoints that serve it or served it, by revision, and of an endpoint its versions', async () => {
    const files = { 'model.onnx': linearGraph([1, 2, 3]) };
    const [first, second] = [
      await registeredFiles(application, 'linear', files),
      await registeredFiles(application, 'linear', files),
    ];
    const serve = (version: string) =>
      appliedEndpoint(application, 'feed', { variants: { main: { model: 'linear', version, backend: 'onnx' } } });
    await serve(first);
    await serve(second);
    const down = await lineage(`model_version:linear/${first}`, { direction: 'downstream' });
    expect(edges(down, 'served_by')).toEqual([
      { from: `model_version:linear/${first}`, to: 'endpoint:feed', relation: 'served_by', cost: null },
    ]);
    expect(down.nodes.find(({ kind }) => kind === 'endpoint')).toMatchObject({
      ...{ id: 'endpoint:feed', name: 'feed' },
      facts: {
        liveRevision: '2',
        versions: `linear ${second} (revision 2 live), linear ${first} (revision 1)`,
      },
    });
    expect(down.leftOut.map(({ kind }) => kind)).not.toContain('endpoint');
    const up = await lineage('endpoint:feed', { direction: 'upstream', depth: 1 });
    expect(up.nodes.map(({ id }) => id)).toEqual([
      ...['endpoint:feed', `model_version:linear/${second}`, `model_version:linear/${first}`],
    ]);
  });

  it('shows what allocation rules give to a run, with the part of each line', async () => {
    await importFiles(application, 'other', { 'b.csv': billCsv([{ cost: '9', tags: { pool: 'x' } }]) });
    await applyRules(
      application,
      `    - {name: pool, match: {'tag:pool': '*'}, split: {method: weights, to: [{subject: {run: ${run}}, weight: '1'}, {subject: {team: b}, weight: '2'}]}}\n`,
    );
    const found = await lineage(`run:${run}`, { direction: 'upstream', depth: 1 });
    expect(edges(found, 'allocated_to')).toMatchObject([{ to: `run:${run}`, cost: { amount: '3', currency: 'USD' } }]);
  });

  it.each([
    'run:nothing',
    'model_version:ranker/9',
    'model_version:x',
    'decision:none',
    'dataset:none',
    'logged_model:none',
    'bill_line:x/1',
    "bill_line:x'y/1",
    'resource:none',
    'endpoint:e',
    'predictions:ranker/7',
  ])('does not know %s', async (node) => {
    expect(await catchProblem(lineage(node))).toMatchObject({ status: 404, code: 'lineage_node_not_found' });
  });
});
