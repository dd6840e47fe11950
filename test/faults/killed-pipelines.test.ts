import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meteredCost } from '../../src/finops/metering/schema.ts';
import { computeWorkId } from '../../src/mlops/pipeline-runs/work.ts';
import { type PipelineRun, pipelineStepLog, startPipelineRun } from '../../src/mlops/pipelines/schema.ts';
import { decimal } from '../../src/platform/units/index.ts';
import { findDockerd } from '../support/dockerd.ts';
import { areEnginesWhole } from '../support/engine-scope.ts';
import { findKubernetes } from '../support/kubernetes.ts';
import { kills } from '../support/moment.ts';
import { dockerEngine, type Engine, kubernetesEngine, processEngine } from '../support/pipeline-engines.ts';
import { applyTo, ask, overRun, startServerWith } from '../support/server-calls.ts';
import type { ServerProcess } from '../support/server-process.ts';

/** A second costs a cent. */
const HOURLY = 36;
const LATE_MS = 900_000;

const documents = (engine: Engine) => `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: test, prices: [{resource: machine, perHour: '${HOURLY}', effectiveFrom: 2026-01-01}]}
---
apiVersion: steelyard/v1
kind: Policy
metadata: {name: production}
spec: {model: ranker, currency: USD, quality: [{metric: accuracy, direction: higher, floor: '0.5'}], cost: [{measure: trainingCost, atMost: '100'}]}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: training}
spec:
  ${engine.spec}
  steps:
    prepare:
      run: '${engine.note} echo prepares; sleep 0.7; seq 3 > clean.csv'
      outputs: [clean.csv]
      cache: false
    train:
      run: '${engine.note} echo trains \${{ matrix.lr }}; sleep 0.9; cat clean.csv > model.txt; echo "{\\"accuracy\\": \${{ matrix.lr }}}" > metrics.json'
      matrix: {lr: [0.1, 0.7, 0.4]}
      inputs: [clean.csv]
      needs: [prepare]
      outputs: [model.txt]
      metrics: metrics.json
      resources: {cpu: 0.5}
      cache: false
    evaluate: {uses: evaluate, needs: [train], metric: accuracy}
    gate: {uses: gate, of: evaluate, policy: production}
    register: {uses: register, of: evaluate, needs: [gate], model: ranker, artifact: model.txt, policy: production}
`;

const LOGS = {
  prepare: 'prepares\n',
  'train[lr=0.1]': 'trains 0.1\n',
  'train[lr=0.7]': 'trains 0.7\n',
  'train[lr=0.4]': 'trains 0.4\n',
};
const COMMANDS = Object.keys(LOGS);

/** Result of a run without its random parts. */
const outcome = (run: PipelineRun) => ({
  state: run.state,
  steps: run.stepList.map(
    ({ step, state, files, attempts, values: { run: _, decision: __, version: ___, checks: ____, ...values } }) => [
      step,
      state,
      values,
      files,
      attempts.map(({ exitCode, reason }) => [exitCode, reason]),
    ],
  ),
});

async function logsOf(server: ServerProcess, run: string): Promise<Record<string, string>> {
  const logs = COMMANDS.map(async (step) => {
    const { text } = await ask(server, pipelineStepLog, { params: { pipeline: 'training', run }, query: { step } });
    return [step, text] as const;
  });
  return Object.fromEntries(await Promise.all(logs));
}

/** Number of starts of each step of a run over all attempts, from the engine's record. */
async function startsOf(engine: Engine, run: string): Promise<Record<string, number>> {
  const starts = await engine.starts();
  const ids = (key: string) =>
    [1, 2, 3].map((attempt) => computeWorkId(run, { name: key.replace(/\[.*/, ''), key }, attempt));
  return Object.fromEntries(COMMANDS.map((key) => [key, starts.filter((id) => ids(key).includes(id)).length]));
}

const secondsBetween = (start: string | null, end: string | null) =>
  (Date.parse(end ?? '') - Date.parse(start ?? '')) / 1000;
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

/** The cost covers the whole time of every attempt, and no time outside of its step. */
function isCountedOnce(run: PipelineRun): void {
  const steps = run.stepList.filter(({ attempts }) => attempts.length > 0);
  const ran = steps.flatMap(({ attempts }) =>
    attempts.map(({ startedAt, endedAt }) => secondsBetween(startedAt, endedAt)),
  );
  const held = steps.map(({ startedAt, attempts }) => secondsBetween(startedAt, attempts.at(-1)?.endedAt ?? null));
  const paid = decimal(run.cost?.amount ?? '0')
    .div(HOURLY)
    .times(3600)
    .toNumber();
  expect(paid).toBeGreaterThanOrEqual(sum(ran) - 0.01);
  expect(paid).toBeLessThanOrEqual(sum(held) + 0.01);
}

function describeKilled(moments: number, begin: () => Promise<Engine>): void {
  let engine: Engine;
  beforeAll(async () => {
    engine = await begin();
  }, LATE_MS);
  afterAll(() => engine?.[Symbol.asyncDispose](), LATE_MS);

  it(
    `at ${moments} random moments ends as one that was left alone, with every step made once and its cost counted once`,
    async () => {
      const data = mkdtempSync(join(tmpdir(), 'killed-pipelines-'));
      await using server = await startServerWith(engine, data);
      const begun = async () =>
        (await ask(server, startPipelineRun, { params: { pipeline: 'training' }, body: {} })).run;
      const isWhole = async (run: PipelineRun) => {
        expect(await logsOf(server, run.run)).toEqual(LOGS);
        await expect
          .poll(() => startsOf(engine, run.run))
          .toEqual(Object.fromEntries(COMMANDS.map((step) => [step, 1])));
        expect((await ask(server, meteredCost, { query: { pipelineRun: run.run } })).cost).toEqual(run.cost);
        isCountedOnce(run);
        expect(await engine.held()).toEqual([]);
      };
      await applyTo(server, documents(engine));
      const alone = await overRun(server, 'training', await begun());
      expect(alone.state).toBe('succeeded');
      await isWhole(alone);
      const tookMs = 1000 * secondsBetween(alone.startedAt, alone.endedAt);
      for (let moment = 0; moment < moments; moment += 1) {
        const run = await begun();
        await pause(Math.random() * tookMs); // the moment of the crash varies here
        await server.kill();
        await server.startAgain();
        const over = await overRun(server, 'training', run);
        expect([moment, outcome(over)]).toEqual([moment, outcome(alone)]);
        await isWhole(over);
      }
      // It ends after its client has disconnected.
      await expect.poll(engine.asked, { timeout: LATE_MS / 5, interval: 500 }).toEqual([]);
    },
    LATE_MS,
  );
}

describe('a pipeline on processes whose server is killed', () => describeKilled(kills(10), processEngine));

const isDockerThere = findDockerd() !== null || process.env.CI !== undefined;
const bin = findKubernetes();
if (areEnginesWhole) {
  describe.skipIf(!isDockerThere)(
    'a pipeline on a Docker Engine whose server is killed (skipped where dockerd, busybox-static or root is missing)',
    () => describeKilled(kills(10), dockerEngine),
  );

  describe.skipIf(bin === null && process.env.CI === undefined)(
    'a pipeline on Kubernetes whose server is killed (skipped where TEST_KUBERNETES_BIN names no programs of a cluster)',
    () => describeKilled(kills(10), () => kubernetesEngine(bin ?? '')),
  );
}
