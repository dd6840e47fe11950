import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { getBudget } from '../../src/finops/budgets/schema.ts';
import { meteredCost } from '../../src/finops/metering/schema.ts';
import type { Application } from '../../src/main.ts';
import { SOON } from '../../src/mlops/executors/suite.testing.ts';
import {
  getPipelineRun,
  type PipelineRun,
  pipelineStepLog,
  startPipelineRun,
} from '../../src/mlops/pipelines/schema.ts';
import { applied, collectStates, ended, ranToEnd, requireStep, sentCode } from '../../src/mlops/testing/pipelines.ts';
import { decimal, sumDecimals } from '../../src/platform/units/index.ts';
import { call, testApplication } from '../../src/testing/application.ts';
import { getVersionEvidence } from '../../src/tradeoff/evidence/schema.ts';
import { findDockerd } from '../support/dockerd.ts';
import { areEnginesWhole } from '../support/engine-scope.ts';
import { onFreePort } from '../support/free-port.ts';
import { findKubernetes } from '../support/kubernetes.ts';
import { dockerEngine, type Engine, type Kind, kubernetesEngine, processEngine } from '../support/pipeline-engines.ts';

const LATE_MS = 600_000;
const MODEL = 'ranker';

const PRICES = (perHour: string) => `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: test, prices: [{resource: machine, perHour: '${perHour}', effectiveFrom: 2026-01-01}]}
`;

/** The same document on every engine, but for the engine and its image. */
const TRAINING = (engine: Engine) => `${PRICES('3.6')}
---
apiVersion: steelyard/v1
kind: Policy
metadata: {name: production}
spec:
  model: ${MODEL}
  currency: USD
  quality: [{metric: accuracy, direction: higher, floor: '0.5'}]
  cost: [{measure: trainingCost, atMost: '5'}]
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: training}
spec:
  ${engine.spec}
  params: {rows: 3, ticks: 0}
  steps:
    prepare:
      run: mkdir -p data/deep; seq 1 \${{ params.rows }} > data/clean.csv; cat words.txt > data/deep/words.txt
      code: [words.txt]
      outputs: [data]
    train:
      run: [sh, -e, train.sh, '\${{ matrix.lr }}', '\${{ params.ticks }}']
      code: [train.sh]
      needs: [prepare]
      matrix: {lr: [0.1, 0.7, 0.4]}
      inputs: [data]
      outputs: [model.txt]
      metrics: metrics.json
      resources: {cpu: 0.2, memory: 64Mi}
    evaluate: {uses: evaluate, needs: [train], metric: accuracy}
    gate: {uses: gate, of: evaluate, policy: production}
    register: {uses: register, of: evaluate, needs: [gate], model: ${MODEL}, artifact: model.txt, policy: production}
`;

const CODE = {
  'words.txt': 'word\n',
  'train.sh': `i=0
while [ $i -lt $2 ]; do i=$((i+1)); echo at $i; sleep 0.1; done
cat data/clean.csv data/deep/words.txt > model.txt
echo "lr $1" >> model.txt
echo "{\\"accuracy\\": $1}" > metrics.json
echo trained $1
`,
};

const COMMANDS = ['prepare', 'train[lr=0.1]', 'train[lr=0.7]', 'train[lr=0.4]'];
const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const modelOf = (lr: string) => [`model.txt ${digest(`1\n2\n3\nword\nlr ${lr}\n`)}`];
const statesWith = (state: string) => Object.fromEntries(COMMANDS.map((step) => [step, state]));

/** Expected results of the pipeline on every engine. */
const RESULTS = {
  state: 'succeeded',
  states: { ...statesWith('succeeded'), evaluate: 'succeeded', gate: 'succeeded', register: 'succeeded' },
  files: {
    prepare: [`data/clean.csv ${digest('1\n2\n3\n')}`, `data/deep/words.txt ${digest('word\n')}`],
    'train[lr=0.1]': modelOf('0.1'),
    'train[lr=0.7]': modelOf('0.7'),
    'train[lr=0.4]': modelOf('0.4'),
  },
  best: { step: 'train[lr=0.7]', value: '0.7', of: '3' },
  verdict: 'promote',
  registered: { model: MODEL, version: '1' },
  exitCodes: Object.fromEntries(COMMANDS.map((step) => [step, [0]])),
};

function resultsOf(run: PipelineRun) {
  const commands = COMMANDS.map((name) => requireStep(run, name));
  const { step, value, of } = requireStep(run, 'evaluate').values;
  const { model, version } = requireStep(run, 'register').values;
  return {
    state: run.state,
    states: collectStates(run),
    files: Object.fromEntries(
      commands.map(({ step: name, files }) => [name, files.map((file) => `${file.path} ${file.digest}`)]),
    ),
    best: { step, value, of },
    verdict: requireStep(run, 'gate').values.verdict,
    registered: { model, version },
    exitCodes: Object.fromEntries(
      commands.map(({ step: name, attempts }) => [name, attempts.map(({ exitCode }) => exitCode)]),
    ),
  };
}

/** A server on a new data folder, at the same address each time it is opened again. */
interface Site {
  open(): Promise<Application>;
}

async function newSite(engine: Engine): Promise<{ site: Site; application: Application }> {
  const data = mkdtempSync(join(tmpdir(), 'steelyard-pipelines-'));
  const openAt = async (port: number) => {
    const application = await testApplication({}, { data, ...engine.settings(port) });
    try {
      await application.http.listen({ host: '0.0.0.0', port });
      return application;
    } catch (error) {
      await application[Symbol.asyncDispose]();
      throw error;
    }
  };
  return onFreePort(async (port) => ({ application: await openAt(port), site: { open: () => openAt(port) } }));
}

async function logOf(application: Application, run: string, step: string, pipeline = 'training'): Promise<string> {
  const params = { pipeline, run };
  return (await call(application, pipelineStepLog, { params, query: { step } })).text;
}

/** The suite that pipelines pass on every engine. */
function describePipelines(kind: Kind, begin: () => Promise<Engine>): void {
  let engine: Engine;
  let site: Site;
  let application: Application;
  beforeAll(async () => {
    engine = await begin();
  }, LATE_MS);
  afterAll(() => engine?.[Symbol.asyncDispose](), LATE_MS);
  beforeEach(async () => {
    ({ site, application } = await newSite(engine));
    onTestFinished(() => application[Symbol.asyncDispose](), LATE_MS);
    await applied(application, TRAINING(engine));
  });

  it(
    'prepares, trains three, picks the best, weighs it and registers it, and makes nothing twice',
    async () => {
      const run = await ranToEnd(application, 'training', { code: await sentCode(application, CODE) });
      expect(run.stepList.filter(({ reason }) => reason !== null)).toEqual([]);
      expect(resultsOf(run)).toEqual(RESULTS);
      await isPriced(application, run);
      expect(await Promise.all(COMMANDS.map((step) => logOf(application, run.run, step)))).toEqual([
        '',
        'trained 0.1\n',
        'trained 0.7\n',
        'trained 0.4\n',
      ]);
      const again = await ranToEnd(application, 'training', { code: await sentCode(application, CODE) });
      expect([again.state, again.cost, collectStates(again)]).toMatchObject(['succeeded', null, statesWith('cached')]);
      const { registered, exitCodes, states, ...same } = RESULTS;
      expect(resultsOf(again)).toMatchObject(same);
      expect(await engine.held()).toEqual([]);
    },
    LATE_MS,
  );

  // The core suite of an engine is a complete pipeline, and a budget that stops one.
  if (kind !== 'process') holdsBudgets(() => ({ application, engine }));
  if (kind !== 'process' && !areEnginesWhole) return;

  it(
    'goes on with a run when its server is closed and opened again, and makes each step once',
    async () => {
      const code = await sentCode(application, CODE);
      const params = { pipeline: 'training' };
      const { run } = await call(application, startPipelineRun, { params, body: { code, params: { ticks: 150 } } });
      for (const step of COMMANDS.slice(1)) {
        await expect.poll(() => logOf(application, run, step), { ...SOON, timeout: LATE_MS }).toContain('at 5\n');
      }
      const before = await call(application, getPipelineRun, { params: { ...params, run } });
      expect([before.state, before.steps]).toMatchObject(['running', { running: 3 }]);
      await application[Symbol.asyncDispose]();
      application = await site.open();
      const over = await ended(application, 'training', run);
      expect(resultsOf(over)).toEqual(RESULTS);
      await isPriced(application, over);
      const ticks = Array.from({ length: 150 }, (_, index) => `at ${index + 1}\n`).join('');
      expect(await logOf(application, run, 'train[lr=0.4]')).toBe(`${ticks}trained 0.4\n`);
      expect(await engine.held()).toEqual([]);
    },
    LATE_MS,
  );

  async function isPriced(on: Application, run: PipelineRun): Promise<void> {
    const costs = COMMANDS.map((step) => requireStep(run, step).cost?.amount ?? '0');
    expect(costs.filter((cost) => decimal(cost).lte(0))).toEqual([]);
    expect([run.unpricedSteps, run.cost]).toEqual([0, { amount: sumDecimals(costs), currency: 'USD' }]);
    const evidence = await call(on, getVersionEvidence, { params: { model: MODEL, version: '1' } });
    expect(evidence.aliases).toEqual(['champion']);
    expect(evidence.trainingCost.cost).toEqual(requireStep(run, 'train[lr=0.7]').cost);
  }

  if (kind === 'kubernetes') pricesNodes(() => ({ application, engine }));
  if (kind === 'process') return;

  it(
    `is told as it was when its engine was away for ${AWAY_MS[kind] / 1000} s, in which its server was opened anew`,
    async () => {
      await applied(application, LASTING(engine, AWAY_MS[kind]));
      const { run } = await call(application, startPipelineRun, { params: { pipeline: 'lasting' }, body: {} });
      const now = () => call(application, getPipelineRun, { params: { pipeline: 'lasting', run } });
      const costNow = async () => decimal((await now()).cost?.amount ?? '0').toNumber();
      for (const step of ['short', 'long'])
        await expect
          .poll(() => logOf(application, run, step, 'lasting'), { ...SOON, timeout: LATE_MS })
          .toContain('at 5\n');
      await engine.absence?.begin();
      const awaySince = Date.now();
      const before = await costNow();
      // The run is metered every ten seconds, also while its state is unknown.
      await expect.poll(costNow, SOON).toBeGreaterThan(before);
      await application[Symbol.asyncDispose]();
      application = await site.open();
      await pause(AWAY_MS[kind] - (Date.now() - awaySince));
      const meanwhile = await now();
      expect([meanwhile.state, collectStates(meanwhile).long]).toEqual(['running', 'running']);
      await engine.absence?.end();
      const over = await ended(application, 'lasting', run);
      expect([over.state, collectStates(over)]).toEqual(['succeeded', { short: 'succeeded', long: 'succeeded' }]);
      for (const [step, { ticks }] of Object.entries(lasts(AWAY_MS[kind]))) {
        const { attempts, cost, files } = requireStep(over, step);
        expect([attempts.map(({ exitCode }) => exitCode), files.map(({ path }) => path)]).toEqual([[0], ['out.txt']]);
        const log = Array.from({ length: ticks }, (_, index) => `at ${index + 1}\n`).join('');
        const kept = await logOf(application, run, step, 'lasting');
        // Docker loses the output of a container that ended while Docker was down.
        if (kind === 'docker' && step === 'short') expect(log.startsWith(kept)).toBe(true);
        else expect(kept).toBe(log);
        const [{ startedAt, endedAt } = { startedAt: '', endedAt: '' }] = attempts;
        const seconds = (Date.parse(endedAt ?? '') - Date.parse(startedAt)) / 1000;
        expect(seconds).toBeGreaterThanOrEqual(ticks / 10 - 1);
        expect(decimal(cost?.amount ?? '0').toNumber()).toBeGreaterThanOrEqual(seconds - 0.01);
      }
      expect((await call(application, meteredCost, { query: { pipelineRun: run } })).cost).toEqual(over.cost);
      expect(await engine.held()).toEqual([]);
    },
    LATE_MS,
  );
}

const AWAY_MS = { docker: 20_000, kubernetes: 60_000 } as const;
/** One that ends while its engine is away, and one that lasts longer: tenths of a second. */
const lasts = (awayMs: number) => ({ short: { ticks: 80 }, long: { ticks: awayMs / 100 + 200 } });
const LASTING = (engine: Engine, awayMs: number) => {
  const run = (ticks: number) =>
    `i=0; while [ $i -lt ${ticks} ]; do i=$((i+1)); echo at $i; sleep 0.1; done; echo > out.txt`;
  const steps = Object.entries(lasts(awayMs)).map(([name, { ticks }]) => [
    name,
    { run: run(ticks), outputs: ['out.txt'], resources: { cpu: 0.2 }, cache: false },
  ]);
  return `${PRICES('3600')}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: lasting}
spec:
  ${engine.spec}
  steps: ${JSON.stringify(Object.fromEntries(steps))}
`;
};

/** A second costs a dollar, so that the spent amount counts seconds. */
const LIMIT = 40;

function holdsBudgets(inUse: () => { application: Application; engine: Engine }): void {
  it(
    'stops all that run at once under a hard budget in time, each with its checkpoint',
    async () => {
      const { application, engine } = inUse();
      const run = "trap 'echo saved > $STEELYARD_CHECKPOINT_FILE; exit 0' TERM; while :; do sleep 0.05; done";
      await applied(
        application,
        `${PRICES('3600')}
---
apiVersion: steelyard/v1
kind: Budget
metadata: {name: small}
spec: {subject: {pipeline: costly}, amount: '${LIMIT}', currency: USD, enforcement: hard}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: costly}
spec:
  ${engine.spec}
  steps:
    work: {run: ${JSON.stringify(run)}, matrix: {n: [1, 2, 3]}, resources: {cpu: 0.2}, grace: 3s, cache: false}
    after: {run: 'true', needs: [work]}
`,
      );
      const over = await ranToEnd(application, 'costly');
      expect([over.state, requireStep(over, 'after').state]).toEqual(['stopped', 'skipped']);
      const works = over.stepList.filter(({ name, attempts }) => name === 'work' && attempts.length > 0);
      expect(works.length).toBeGreaterThan(1);
      for (const work of works)
        expect(work).toMatchObject({ state: 'stopped', reason: 'budget small', attempts: [{ checkpoint: 'saved' }] });
      const { spent, stops } = await call(application, getBudget, { params: { budget: 'small' } });
      expect(spent).toEqual(over.cost);
      expect(decimal(spent?.amount ?? '99').toNumber()).toBeLessThanOrEqual(LIMIT + 1);
      expect(decimal(spent?.amount ?? '0').toNumber()).toBeGreaterThan(LIMIT / 3);
      expect(stops).toHaveLength(works.length);
      expect(await engine.held()).toEqual([]);
    },
    LATE_MS,
  );
}

/** A machine costs a dollar a second, and the node of the work three. */
const NODES = (engine: Engine, steps: string, more = '') => `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec:
  currency: USD
  source: test
  prices:
    - {resource: machine, perHour: '3600', effectiveFrom: 2026-01-01}
    - {resource: test.small, perHour: '10800', effectiveFrom: 2026-01-01}
---${more}
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: placed}
spec:
  ${engine.spec}
  steps:
    ${steps}
`;

function pricesNodes(inUse: () => { application: Application; engine: Engine }): void {
  it(
    'prices a step by the node that it came to, for all the time that it held it, and one that says its price by that',
    async () => {
      const { application, engine } = inUse();
      const steps = `placed: {run: sleep 3, cache: false}
    said: {run: 'true', price: 36 USD, cache: false}`;
      await applied(application, NODES(engine, steps));
      const run = await ranToEnd(application, 'placed');
      const placed = requireStep(run, 'placed');
      const [attempt] = placed.attempts;
      expect(attempt?.place).toMatchObject({ instance: 'test.small', share: 1 });
      expect(attempt?.prices).toEqual([expect.stringMatching(/^test\.small at \$10,800 an hour: test/)]);
      const query = { pipelineRun: run.run, step: 'placed' };
      const metered = await call(application, meteredCost, { query });
      expect(metered).toMatchObject({ cost: placed.cost, pricedIntervals: 1 });
      // Its three seconds at least were on the node.
      expect(decimal(placed.cost?.amount ?? '0').toNumber()).toBeGreaterThan(9);
      expect(requireStep(run, 'said').attempts[0]?.prices).toEqual(['machine at $36 an hour: declared with the usage']);
    },
    LATE_MS,
  );

  it(
    'holds a hard budget also where the node turns out to be dearer, and a command that does not listen',
    async () => {
      const { application, engine } = inUse();
      const budget = `
apiVersion: steelyard/v1
kind: Budget
metadata: {name: small}
spec: {subject: {pipeline: placed}, amount: '${LIMIT}', currency: USD, enforcement: hard}
---`;
      // Its grace is paid at the price of the machine, and at that of the node it is not.
      const steps = `deaf: {run: 'trap "" TERM; while :; do sleep 0.1; done', grace: 20s, cache: false}`;
      await applied(application, NODES(engine, steps, budget));
      const run = await ranToEnd(application, 'placed');
      expect(requireStep(run, 'deaf')).toMatchObject({ state: 'stopped', reason: 'budget small' });
      const { spent } = await call(application, getBudget, { params: { budget: 'small' } });
      expect(spent).toEqual(run.cost);
      // Tolerance of a second of the node, because Kubernetes counts whole seconds; the end of a container also has a
      // resolution of one second.
      expect(decimal(spent?.amount ?? '99').toNumber()).toBeLessThanOrEqual(LIMIT + 2 * 3);
    },
    LATE_MS,
  );
}

describe('a pipeline on processes of this machine', () => describePipelines('process', processEngine));

const isDockerThere = findDockerd() !== null || process.env.CI !== undefined;
describe.skipIf(!isDockerThere)(
  'a pipeline on a Docker Engine (skipped where dockerd, busybox-static or root is missing)',
  () => describePipelines('docker', dockerEngine),
);

const bin = findKubernetes();
describe.skipIf(bin === null && process.env.CI === undefined)(
  'a pipeline on Kubernetes (skipped where TEST_KUBERNETES_BIN names no programs of a cluster)',
  () => describePipelines('kubernetes', () => kubernetesEngine(bin ?? '')),
);
