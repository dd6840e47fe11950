import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meteredCost } from '../../src/finops/metering/schema.ts';
import { computeWorkId } from '../../src/mlops/pipeline-runs/work.ts';
import { type PipelineRun, startPipelineRun } from '../../src/mlops/pipelines/schema.ts';
import { findDockerd } from '../support/dockerd.ts';
import { areEnginesWhole } from '../support/engine-scope.ts';
import { findKubernetes } from '../support/kubernetes.ts';
import { kills } from '../support/moment.ts';
import { dockerEngine, type Engine, kubernetesEngine, processEngine } from '../support/pipeline-engines.ts';
import { applyTo, ask, overRun, startServerWith } from '../support/server-calls.ts';

const LATE_MS = 600_000;
const TRIALS = 5;
const TRIAL = `$\{{ matrix.trial }}`;

/** A second costs a cent: `enough` covers all trials, `little` ends the first of them. */
const documents = (engine: Engine) => `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: test, prices: [{resource: machine, perHour: '36', effectiveFrom: 2026-01-01}]}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: enough}
spec:
  ${engine.spec}
  budget: 90 USD
  steps:
    train:
      run: '${engine.note} sleep 1; echo "{\\"accuracy\\": 0.${TRIAL}}" > metrics.json'
      sweep: {params: {lr: 'log:1e-4..1e-1'}, trials: ${TRIALS}, parallel: 2, metric: accuracy}
      metrics: metrics.json
      resources: {cpu: 0.3}
      cache: false
    best: {uses: evaluate, needs: [train], metric: accuracy}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: little}
spec:
  ${engine.spec}
  budget: 0.3 USD
  steps:
    train:
      run: '${engine.note} sleep 600'
      sweep: {params: {lr: 'log:1e-4..1e-1'}, trials: ${TRIALS}, parallel: 2, metric: accuracy}
      grace: 1s
      resources: {cpu: 0.3}
      cache: false
`;

const trialsOf = ({ stepList }: PipelineRun) => stepList.filter(({ name }) => name === 'train');
const outcome = (run: PipelineRun) => ({
  state: run.state,
  trials: trialsOf(run).map(({ step, state, values, attempts }) => [step, state, values.value, attempts.length]),
  best: run.stepList.at(-1)?.values.value,
});

/** Number of starts of each trial of a run over all attempts, from the engine's record. */
async function startsOf(engine: Engine, run: PipelineRun): Promise<number[]> {
  const starts = await engine.starts();
  const ids = (key: string) => [1, 2, 3].map((attempt) => computeWorkId(run.run, { name: 'train', key }, attempt));
  return trialsOf(run).map(({ step }) => starts.filter((id) => ids(step).includes(id)).length);
}

function describeKilled(begin: () => Promise<Engine>): void {
  let engine: Engine;
  beforeAll(async () => {
    engine = await begin();
  }, LATE_MS);
  afterAll(() => engine?.[Symbol.asyncDispose](), LATE_MS);

  it(
    'goes on with the next server: no trial is run twice, and all of them cost no more than the budget',
    async () => {
      await using server = await startServerWith(engine, mkdtempSync(join(tmpdir(), 'killed-sweep-')));
      await applyTo(server, documents(engine));
      const start = async (pipeline: string) =>
        (await ask(server, startPipelineRun, { params: { pipeline }, body: {} })).run;
      const alone = await overRun(server, 'enough', await start('enough'));
      expect(outcome(alone)).toMatchObject({ state: 'succeeded', best: '0.4' });
      const tookMs = Date.parse(alone.endedAt ?? '') - Date.parse(alone.startedAt ?? '');
      for (let moment = 0; moment < kills(10); moment += 1) {
        const run = await start('enough');
        await pause(Math.random() * tookMs); // the moment of the crash varies here
        await server.kill();
        await server.startAgain();
        const over = await overRun(server, 'enough', run);
        expect([moment, outcome(over)]).toEqual([moment, outcome(alone)]);
        expect(await startsOf(engine, over)).toEqual(Array.from({ length: TRIALS }, () => 1));
        expect((await ask(server, meteredCost, { query: { pipelineRun: run } })).cost).toEqual(over.cost);
      }
      const run = await start('little');
      await pause(Math.random() * 10_000); // while the first trial spends the budget
      await server.kill();
      await server.startAgain();
      const over = await overRun(server, 'little', run);
      expect(over.state).toBe('stopped');
      expect(Number(over.cost?.amount)).toBeGreaterThan(0.1);
      expect(Number(over.cost?.amount)).toBeLessThanOrEqual(0.3);
      expect((await startsOf(engine, over)).every((count) => count <= 1)).toBe(true);
      await expect.poll(() => engine.held(), { timeout: 60_000 }).toEqual([]);
    },
    LATE_MS,
  );
}

describe('a sweep on processes whose server is killed', () => describeKilled(processEngine));

const isDockerThere = findDockerd() !== null || process.env.CI !== undefined;
const bin = findKubernetes();
if (areEnginesWhole) {
  describe.skipIf(!isDockerThere)(
    'a sweep on a Docker Engine whose server is killed (skipped where dockerd, busybox-static or root is missing)',
    () => describeKilled(dockerEngine),
  );

  describe.skipIf(bin === null && process.env.CI === undefined)(
    'a sweep on Kubernetes whose server is killed (skipped where TEST_KUBERNETES_BIN names no programs of a cluster)',
    () => describeKilled(() => kubernetesEngine(bin ?? '')),
  );
}
