import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPublishedHistories } from '../../finops/purchasing/spot/published-traces.testing.ts';
import { withoutTraces } from '../../finops/testing/gpus.ts';
import type { Application } from '../../main.ts';
import { call, testApplication } from '../../testing/application.ts';
import { seeded } from '../../testing/random.ts';
import { listDecidedActs } from '../../tradeoff/decisions/schema.ts';
import { PipelineSpec } from '../pipeline-definition/schema.ts';
import { applied, ranToEnd, requireStep } from '../testing/pipelines.ts';
import { sent } from '../testing/serving.ts';
import { SpotCluster } from '../testing/spot-cluster.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const WORK_HOURS = 10;
const DEADLINE_HOURS = 15;
type Up = [start: number, end: number][];

/** Runs of three hours on average with an hour between them, as published series have; lengths vary by chance. */
function choppy(seed: number): Up {
  const next = seeded(seed);
  const up: Up = [];
  for (let now = 0; now < 60 * HOUR; ) {
    const start = now + HOUR * (0.5 + next());
    const end = start - Math.log(1 - next()) * 3 * HOUR;
    up.push([start, end]);
    now = end;
  }
  return up;
}

const documents = `
{apiVersion: steelyard/v1, kind: PriceBook, metadata: {name: own}, spec: {currency: USD, source: a list, prices: [{resource: p3.2xlarge, perHour: '3', effectiveFrom: 2026-01-01}, {resource: p3-spot, perHour: '1', effectiveFrom: 2026-01-01}]}}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: training}
spec:
  engine: kubernetes
  image: python:3
  steps:
    train:
      run: python train.py
      cache: false
      resources:
        instance: p3.2xlarge
        spot: {deadline: ${DEADLINE_HOURS}h, work: ${WORK_HOURS}h, changeover: 6m, progress: saved, resource: p3-spot}
`;

const clock = { at: Date.parse('2026-11-26T12:00:00Z'), now: () => clock.at };
const cluster = new SpotCluster(clock);
let application: Application;
beforeAll(async () => {
  application = await testApplication({ clock, cluster });
  await applied(application, documents);
});
afterAll(() => application[Symbol.asyncDispose]());

/** Trains once on a cluster with this capacity; answers the step and its capacity decisions. */
async function trained(up: Up, saveMs = 15 * MINUTE) {
  const saved = async (run_id: string, value: number) => {
    const metrics = [{ key: 'saved', value, timestamp: clock.at, step: 0 }];
    await sent(application, 'POST', '/api/2.0/mlflow/runs/log-batch', { run_id, metrics });
  };
  cluster.next({ workMs: WORK_HOURS * HOUR, changeoverMs: 5 * MINUTE, saveMs, up, saved });
  const from = clock.at;
  const run = await ranToEnd(application, 'training');
  const step = requireStep(run, 'train');
  const { acts } = await call(application, listDecidedActs, { query: { about: `pipeline:${run.run}:train` } });
  return { run, step, acts, elapsedHours: (Date.parse(step.endedAt ?? '') - from) / HOUR };
}

describe('a step with a deadline on spot capacity', () => {
  it.each([2])('is done in time on capacity that comes and goes (series %i), for less than on demand', async (seed) => {
    const { run, step, acts, elapsedHours } = await trained(choppy(seed));
    expect(run.state).toBe('succeeded');
    expect(elapsedHours).toBeLessThanOrEqual(DEADLINE_HOURS);
    const { spot, 'on-demand': onDemand } = cluster.heldMs;
    expect(spot).toBeGreaterThan(0);
    expect((spot + 3 * onDemand) / HOUR).toBeLessThan(3 * WORK_HOURS);
    // Each attempt ran on the capacity of its decision, and each decision is stored with its evidence.
    const places = step.attempts.map(({ attempt }) => step.capacity.findLast((one) => one.attempt === attempt)?.action);
    expect(places).toHaveLength(step.attempts.length);
    expect(places.every((place) => place !== undefined)).toBe(true);
    expect(acts.map(({ decision }) => decision)).toEqual(step.capacity.map(({ decision }) => decision).toReversed());
    expect(acts.at(-1)).toMatchObject({ act: 'placed', actor: 'deadline policy', subject: { pipeline: 'training' } });
    expect(acts.at(-1)?.evidence).toMatchObject({
      action: 'spot',
      elapsedSeconds: 0,
      savedSeconds: 0,
      running: 'nothing',
    });
  });

  it.skipIf(withoutTraces)('is done in time on a published series (skipped without ../shared)', async () => {
    const history = readPublishedHistories().get('us-west-2b');
    if (history === undefined) throw new Error('there is no us-west-2b');
    const [[first = 0] = []] = history.up;
    const { run, elapsedHours } = await trained(
      history.up.map(([start, end]) => [(start - first) * 1000, (end - first) * 1000]),
    );
    expect(run.state).toBe('succeeded');
    expect(elapsedHours).toBeLessThanOrEqual(DEADLINE_HOURS);
    const { spot, 'on-demand': onDemand } = cluster.heldMs;
    expect((spot + 3 * onDemand) / HOUR).toBeLessThan(3 * WORK_HOURS);
  });

  it('goes on demand while the work still fits, where there is no spot capacity at all', async () => {
    const { run, step, elapsedHours } = await trained([]);
    expect(run.state).toBe('succeeded');
    expect(elapsedHours).toBeLessThanOrEqual(DEADLINE_HOURS);
    expect(cluster.heldMs.spot).toBe(0);
    expect(step.attempts[0]?.reason).toMatch(/^on demand: 0\.0 h of 10\.0 h saved, .* no spot capacity$/);
    expect(step.capacity.slice(0, 2).map(({ action, attempt }) => [action, attempt])).toEqual([
      ['spot', 1],
      ['on-demand', 2],
    ]);
  });

  it('counts only what is saved: a step that says nothing of it begins on demand with all of its work before it', async () => {
    // Capacity is there until just before its work would be done.
    const up: Up = [[0, 4 * HOUR]];
    const { run, step, elapsedHours } = await trained(up, 100 * HOUR);
    expect(run.state).toBe('succeeded');
    expect(elapsedHours).toBeLessThanOrEqual(DEADLINE_HOURS);
    expect(step.capacity.some(({ action }) => action === 'on-demand')).toBe(true);
    expect(step.cost).toMatchObject({ currency: 'USD' });
  });

  const spec = {
    engine: 'kubernetes',
    steps: { train: { run: 'x', resources: { spot: { deadline: '15h', work: '10h' } } } },
  };
  it.each<[string, object, string]>([
    ['on docker', { ...spec, engine: 'docker' }, 'docker has no spot capacity'],
    ['on processes', { ...spec, engine: 'process' }, 'process has no spot capacity'],
    [
      'of less time than the work takes',
      { ...spec, steps: { train: { run: 'x', resources: { spot: { deadline: '10h', work: '10h' } } } } },
      'is too short for the work',
    ],
  ])('is refused %s', (_name, asked, why) => {
    expect(PipelineSpec.safeParse(spec).success).toBe(true);
    expect(PipelineSpec.safeParse(asked).error?.issues[0]?.message).toContain(why);
  });
});
