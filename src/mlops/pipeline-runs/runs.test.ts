import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { listBudgetRefusals } from '../../finops/budgets/refusals/schema.ts';
import { getBudget } from '../../finops/budgets/schema.ts';
import { A10G, placeNvidiaSmi } from '../../platform/gpus/nvidia-smi.testing.ts';
import { decimal } from '../../platform/units/index.ts';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import {
  getPipelineRun,
  pipelineStepLog,
  resumePipelineRun,
  startPipelineRun,
  stopPipelineRun,
} from '../pipelines/schema.ts';
import { getRun } from '../runs/schema.ts';
import { applied, collectStates, ended, ranToEnd, requireStep, sentCode } from '../testing/pipelines.ts';

const SOON = { timeout: 30_000, interval: 20 };

let application = await testApplication();
afterAll(() => application[Symbol.asyncDispose]());

let tests = 0;
/** The pipeline of a test that runs alone. */
let p: string;
let folder: string;
beforeEach(() => {
  tests += 1;
  p = `p-${tests}`;
  folder = mkdtempSync(join(tmpdir(), 'runs-'));
});

/** Waits for its end without a busy loop, and leaves a checkpoint when it is stopped. */
const untilStopped = (checkpoint: string, ready = '/dev/null') =>
  `trap 'echo ${checkpoint} > $STEELYARD_CHECKPOINT_FILE; kill $!; exit 0' TERM; sleep 600 & touch ${ready}; wait`;

/** As a document has it. */
const expression = (text: string) => `$\{{ ${text} }}`;

/** A pipeline of these steps, as one writes them in YAML's JSON. */
const pipeline = (steps: object, more: object = {}, name = p, server = application) =>
  applied(
    server,
    JSON.stringify({ apiVersion: 'steelyard/v1', kind: 'Pipeline', metadata: { name }, spec: { steps, ...more } }),
  );
const startRun = async (
  body: Parameters<typeof call<typeof startPipelineRun>>[2] extends infer I ? I : never = {
    params: { pipeline: p },
    body: {},
  },
) => (await call(application, startPipelineRun, body)).run;
const now = (run: string) => call(application, getPipelineRun, { params: { pipeline: p, run } });

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a step', () => {
  it('that fails is tried again as often as it may be, each time with a log of its own', async () => {
    const count = join(folder, 'count');
    await pipeline({
      flaky: {
        run: `echo x >> ${count}; echo try $(wc -l < ${count}); [ $(wc -l < ${count}) -ge 3 ]`,
        retries: { limit: 3, backoff: '10ms' },
      },
    });
    const run = await ranToEnd(application, p);
    expect([run.state, requireStep(run, 'flaky').attempts.map(({ exitCode }) => exitCode)]).toEqual([
      'succeeded',
      [1, 1, 0],
    ]);
    const log = (attempt: number) =>
      call(application, pipelineStepLog, {
        params: { pipeline: p, run: run.run },
        query: { step: 'flaky', attempt },
      });
    expect([(await log(1)).text, (await log(3)).text]).toEqual(['try 1\n', 'try 3\n']);
  });

  it('that fails in the end skips what stands on it, and not what does not', async () => {
    await pipeline({
      bad: { run: 'echo begun; echo "KeyError: x" >&2; exit 3' },
      after: { run: 'true', needs: ['bad'] },
      later: { run: 'true', needs: ['after'] },
      aside: { run: 'true' },
      always: { run: 'true', needs: ['bad'], when: "steps.bad.state == 'failed'" },
    });
    const run = await ranToEnd(application, p);
    expect([run.state, collectStates(run)]).toEqual([
      'failed',
      { bad: 'failed', after: 'skipped', later: 'skipped', aside: 'succeeded', always: 'succeeded' },
    ]);
    expect([
      requireStep(run, 'bad').reason,
      requireStep(run, 'after').reason,
      requireStep(run, 'later').reason,
    ]).toEqual(['exit code 3', 'bad failed', 'after was skipped']);
    expect(requireStep(run, 'bad').attempts).toMatchObject([{ lastLines: 'begun\nKeyError: x' }]);
  });

  it.concurrent.each([
    [{ run: 'echo done', outputs: ['not/there.txt'] }, /outputs are missing: not\/there.txt/],
    [{ run: 'echo 1 > m.json', metrics: 'm.json' }, /must be a JSON object of numbers/],
    [{ run: 'true', metrics: 'm.json' }, /metrics file m.json is missing/],
    [{ run: 'cat x', inputs: ['data/x.csv'] }, /neither an output of an earlier step/],
    [{ run: ['no-such-program'] }, /exit code 127/],
    [{ run: 'kill -SEGV $$' }, /[Ss]ignal 11/],
    [{ run: 'sleep 60', timeout: '300ms', grace: '1s' }, /^timeout$/],
    [
      { run: 'x=0123456789abcdef; while :; do x=$x$x; done', resources: { memory: '64Mi' } },
      /exceeded resources.memory/,
    ],
    [
      { run: 'head -c 60000000 /dev/zero > big; sleep 600', resources: { disk: '20Mi' } },
      /^disk: .* 20971520 bytes of resources.disk/,
    ],
    [{ run: 'true', resources: { cpu: 4096 } }, /4096 CPUs/],
    [{ run: 'true', resources: { gpu: { model: 'H100', count: 64 } } }, /64 GPUs H100/],
    [{ run: 'true', secrets: { KEY: 'env:NOT_SET_ANYWHERE' } }, /NOT_SET_ANYWHERE/],
  ])('%j fails and says why', async (step, reason) => {
    const name = `failing-${randomUUID()}`;
    await pipeline({ step }, {}, name);
    const run = await ranToEnd(application, name);
    expect(run.state).toBe('failed');
    expect(requireStep(run, 'step').reason).toMatch(reason);
  });

  it('that has a GPU says what it did, and its run has the energy', async () => {
    await using fresh = await testApplication();
    const { folder: programs, calls } = placeNvidiaSmi(join(folder, 'programs'), [
      A10G,
      { ...A10G, uuid: 'GPU-other' },
    ]);
    vi.stubEnv('PATH', `${programs}:${process.env.PATH}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    // Four calls: one lists the GPUs, one asks for the energy counter and fails, and two read usage, at the start and while it runs.
    const read = `until [ "$(wc -l < ${calls})" -ge 4 ]; do sleep 0.05; done; echo "has $CUDA_VISIBLE_DEVICES"`;
    await pipeline({ train: { run: read, resources: { gpu: { model: 'A10G', count: 1 } } } }, {}, p, fresh);
    const run = await ranToEnd(fresh, p);
    const step = requireStep(run, 'train');
    expect(step.attempts[0]?.gpus).toEqual({
      source: 'nvidia-smi',
      count: 1,
      model: 'NVIDIA A10G',
      utilizationRatio: 0.61,
      peakMemoryBytes: 20 * 1024 ** 3,
      energyJoules: expect.any(Number),
      reason: null,
    });
    const joules = step.attempts[0]?.gpus?.energyJoules ?? 0;
    const tookMs = Date.parse(step.endedAt ?? '') - Date.parse(step.startedAt ?? '');
    // 150 W, from about its beginning to about its end.
    expect(joules).toBeGreaterThan(0);
    expect(joules).toBeLessThan((150 * (tookMs + 30_000)) / 1000);
    const cost = async () => (await call(fresh, getRun, { params: { runId: step.mlflowRun ?? '' } })).cost;
    await expect.poll(async () => (await cost()).energy.kilowattHours, SOON).toBeCloseTo(joules / 3.6e6, 9);
  });

  it('has the secrets that are named, in its environment and nowhere else', async () => {
    vi.stubEnv('SECRET_OF_A_STEP', 'hush-hush');
    onTestFinished(() => void vi.unstubAllEnvs());
    await pipeline({
      step: { run: 'printf %s "$KEY" | wc -c; [ "$KEY" = hush-hush ]', secrets: { KEY: 'env:SECRET_OF_A_STEP' } },
    });
    const run = await ranToEnd(application, p);
    expect(run.state).toBe('succeeded');
    expect(JSON.stringify(run)).not.toContain('hush-hush');
  });

  it('leaves nothing behind that it started', async () => {
    const escaped = join(folder, 'escaped');
    const leaving = `setsid sh -c 'echo $$ > ${escaped}; exec sleep 600' &`;
    await pipeline({ step: { run: `${leaving} while [ ! -s ${escaped} ]; do sleep 0.05; done; exit 0` } });
    expect((await ranToEnd(application, p)).state).toBe('succeeded');
    await expect.poll(() => isAlive(Number(readFileSync(escaped, 'utf8'))), SOON).toBe(false);
  });
});

describe('a document', () => {
  it.each([
    [{ a: { run: 'x', env: { API_TOKEN: 'abc123' } } }, 'secret in clear text'],
    [{ a: { run: 'x', env: { HARMLESS: 'AKIAIOSFODNN7EXAMPLE' } } }, 'secret in clear text'],
    [{ a: { run: 'x', secrets: { KEY: 'abc123' } } }, 'the secret itself is not accepted'],
    [{ a: { run: 'x', needs: ['b'] } }, 'there is no step "b"'],
    [{ a: { run: 'x', needs: ['a'] } }, '"a" needs "a"'],
    [{ a: { run: `echo ${expression('params.lr')}` } }, 'there is no param "lr"'],
    [{ a: { run: `echo ${expression('steps.b.state')}` }, b: { run: 'x' } }, 'it does not depend on "b"'],
    [{ a: { run: `echo ${expression('params.')}` } }, 'steps.a.run'],
    [{ a: { run: 'x', outputs: ['../x'] } }, 'a path inside the working folder'],
    [{ a: { run: 'x', outputs: ['/etc/x'] } }, 'a path inside the working folder'],
    [{ a: { run: 'x', timeout: 'soon' } }, 'a duration such as 30s'],
    [{ a: { run: 'x', resources: { memory: 'much' } } }, 'an amount of memory'],
    [{ a: { run: 'x', budget: 'five' } }, 'an amount and its currency'],
    [{ a: { run: 'x', matrix: { lr: [1, 1] } } }, 'a duplicate key'],
    [{ a: { uses: 'gate', of: 'b', policy: 'p' }, b: { run: 'x', matrix: { lr: [1, 2] } } }, 'add an evaluate step'],
    [{ a: { uses: 'fly' } }, '"run" is missing'],
    [{}, 'at least one step'],
  ])('with %j is refused, and says what to do', async (steps, said) => {
    const problem = await catchProblem(pipeline(steps));
    expect(problem).toMatchObject({ code: 'manifest_invalid' });
    expect(JSON.stringify(problem)).toContain(said.replaceAll('"', '\\"'));
  });
});

describe('a run', () => {
  it('that is stopped asks what runs to end, keeps what it saved, and begins nothing more', async () => {
    const begunMark = join(folder, 'begun');
    await pipeline({
      long: {
        run: untilStopped('at step 7', begunMark),
      },
      after: { run: 'true', needs: ['long'] },
    });
    const run = await startRun();
    await vi.waitFor(() => expect(existsSync(begunMark)).toBe(true), SOON);
    await call(application, stopPipelineRun, { params: { pipeline: p, run } });
    const over = await ended(application, p, run);
    expect([over.state, collectStates(over)]).toEqual(['stopped', { long: 'stopped', after: 'skipped' }]);
    expect(requireStep(over, 'long')).toMatchObject({ reason: 'by local', attempts: [{ checkpoint: 'at step 7' }] });
    expect(await catchProblem(call(application, stopPipelineRun, { params: { pipeline: p, run } }))).toMatchObject({
      code: 'pipeline_run_ended',
    });
  });

  it('goes on where it was when its server is closed and opened again, and makes no step twice', async () => {
    const [gate, count] = [join(folder, 'gate'), join(folder, 'count')];
    await pipeline({
      long: { run: `echo x >> ${count}; while [ ! -e ${gate} ]; do sleep 0.05; done` },
      after: { run: 'true', needs: ['long'] },
    });
    const run = await startRun();
    await vi.waitFor(() => expect(existsSync(count)).toBe(true), SOON);
    await application[Symbol.asyncDispose]();
    application = await testApplication({}, { data: application.config.data });
    writeFileSync(gate, '');
    const over = await ended(application, p, run);
    expect([over.state, requireStep(over, 'long').attempt, readFileSync(count, 'utf8')]).toEqual([
      'succeeded',
      1,
      'x\n',
    ]);
  });

  it('is resumed after an edit from the step that failed, and keeps what is still valid', async () => {
    const count = join(folder, 'count');
    await pipeline({
      prepare: { run: `echo x >> ${count}; cp in.txt out.txt`, code: ['in.txt'], outputs: ['out.txt'], cache: false },
      train: { run: 'sh train.sh', code: ['train.sh'], inputs: ['out.txt'], needs: ['prepare'] },
    });
    const broken = await sentCode(application, { 'in.txt': 'x', 'train.sh': 'exit 1' });
    const first = await ranToEnd(application, p, { code: broken });
    expect(first.state).toBe('failed');
    const code = await sentCode(application, { 'in.txt': 'x', 'train.sh': 'cat out.txt' });
    const { run } = await call(application, resumePipelineRun, {
      params: { pipeline: p, run: first.run },
      body: { code },
    });
    const resumed = await ended(application, p, run);
    expect([resumed.state, collectStates(resumed), resumed.cause.detail]).toEqual([
      'succeeded',
      { prepare: 'cached', train: 'succeeded' },
      'resumed #1',
    ]);
    expect(readFileSync(count, 'utf8')).toBe('x\n');
    expect(
      await catchProblem(call(application, resumePipelineRun, { params: { pipeline: p, run: '99' }, body: {} })),
    ).toMatchObject({ code: 'pipeline_run_not_found' });
  });

  it('makes a step again when any file of its code changed, also one with a dot before its name', async () => {
    await pipeline({ step: { run: 'cat src/.env', code: ['src/**'] } });
    const ranWith = async (text: string) =>
      requireStep(await ranToEnd(application, p, { code: await sentCode(application, { 'src/.env': text }) }), 'step');
    expect(await ranWith('A=1')).toMatchObject({ state: 'succeeded' });
    expect(await ranWith('A=2')).toMatchObject({ state: 'succeeded', explanation: 'not cached: `src/.env` changed' });
  });

  it('waits for the one before it, is left out, or replaces it, as the pipeline says', async () => {
    const steps = { slow: { run: 'sleep 0.4', cache: false } };
    await pipeline(steps);
    const [one, two] = [await startRun(), await startRun()];
    expect((await now(two)).state).toBe('waiting');
    const [first, second] = [await ended(application, p, one), await ended(application, p, two)];
    expect(Date.parse(second.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(first.endedAt ?? ''));
    await pipeline(steps, { concurrency: { whenFull: 'skip' } });
    const three = await startRun();
    expect(await catchProblem(startRun())).toMatchObject({ code: 'pipeline_run_full' });
    await ended(application, p, three);
    await pipeline({ slow: { run: 'sleep 30', cache: false } }, { concurrency: { whenFull: 'replace' } });
    const four = await startRun();
    await vi.waitFor(async () => expect((await now(four)).steps.running).toBe(1), SOON);
    await pipeline(steps, { concurrency: { whenFull: 'replace' } });
    const five = await startRun();
    expect((await ended(application, p, four)).state).toBe('stopped');
    expect((await ended(application, p, five)).state).toBe('succeeded');
  });

  it('is begun once for one key, and refuses params that the pipeline does not have', async () => {
    await pipeline({ a: { run: 'true' } }, { params: { lr: 1 } });
    const body = { params: { pipeline: p }, body: { requestKey: 'delivery-1' } };
    expect(await startRun(body)).toBe(await startRun(body));
    const unknown = startRun({ params: { pipeline: p }, body: { params: { LR: 2 } } });
    expect(await catchProblem(unknown)).toMatchObject({
      code: 'pipeline_param_unknown',
      detail: 'The pipeline has no param "LR". Its params: lr.',
    });
    expect(
      await catchProblem(call(application, startPipelineRun, { params: { pipeline: 'q' }, body: {} })),
    ).toMatchObject({ code: 'pipeline_not_found' });
  });
});

describe.concurrent('money', () => {
  const PRICES = {
    apiVersion: 'steelyard/v1',
    kind: 'PriceBook',
    metadata: { name: 'own' },
    spec: {
      currency: 'USD',
      source: 'test',
      prices: [{ resource: 'machine', perHour: '3600', effectiveFrom: '2026-01-01' }],
    },
  };
  beforeAll(() => applied(application, JSON.stringify(PRICES)));

  /** A hard budget of a pipeline, both of this name. */
  const budget = (name: string, amount: string) =>
    applied(
      application,
      JSON.stringify({
        apiVersion: 'steelyard/v1',
        kind: 'Budget',
        metadata: { name },
        spec: { subject: { pipeline: name }, amount, currency: 'USD', enforcement: 'hard' },
      }),
    );

  it('of a hard budget is never exceeded: its steps are stopped in time with their checkpoints, and the budget is named', async () => {
    await budget('small', '12');
    const run = untilStopped('saved');
    const work = { run, matrix: { n: [1, 2, 3] }, resources: { cpu: 0.1 }, grace: '1s', cache: false };
    await pipeline({ work, after: { run: 'true', needs: ['work'] } }, {}, 'small');
    const over = await ranToEnd(application, 'small');
    expect(over.state).toBe('stopped');
    const works = over.stepList.filter(({ name }) => name === 'work');
    for (const work of works.filter(({ attempts }) => attempts.length > 0))
      expect(work).toMatchObject({
        ...{ state: 'stopped', attempts: [{ checkpoint: 'saved' }] },
        // Stopped by the budget while it ran, or because the rest of the budget was too small to continue from its checkpoint.
        reason: expect.stringMatching(/^(budget small$|Budget "small" has too little left)/),
      });
    expect(requireStep(over, 'after').state).toBe('skipped');
    const { spent, stops } = await call(application, getBudget, { params: { budget: 'small' } });
    expect(decimal(spent?.amount ?? '99').toNumber()).toBeLessThanOrEqual(12 + 1);
    expect(decimal(spent?.amount ?? '0').toNumber()).toBeGreaterThan(5);
    expect(spent).toEqual(over.cost);
    // A step whose continuation the budget refuses has ended before, and is no stop.
    expect(stops).toHaveLength(works.filter(({ reason }) => reason === 'budget small').length);
    expect(stops).not.toHaveLength(0);
  });

  it('that is not there keeps a step from beginning, and the run says which budget', async () => {
    await budget('none', '0.5');
    const ran = join(mkdtempSync(join(tmpdir(), 'runs-')), 'ran');
    await pipeline({ work: { run: `touch ${ran}` } }, {}, 'none');
    const over = await ranToEnd(application, 'none');
    expect([over.state, requireStep(over, 'work').state, existsSync(ran)]).toEqual(['stopped', 'stopped', false]);
    expect(requireStep(over, 'work').reason).toContain('"none"');
    expect(over.cost).toBeNull();
    const { refusals } = await call(application, listBudgetRefusals, { params: { budget: 'none' } });
    expect(refusals).toMatchObject([{ subject: { pipeline: 'none' }, reason: 'budget_exceeded' }]);
  });

  it('of the budget of a run is what all of its steps may spend together', async () => {
    const run = 'sleep 600';
    const work = { run, matrix: { n: [1, 2] }, resources: { cpu: 0.1 }, grace: '1s' };
    await pipeline(
      { first: { run: 'sleep 1' }, work: { ...work, needs: ['first'] } },
      { budget: '12 USD' },
      'together',
    );
    const over = await ranToEnd(application, 'together');
    expect(over.state).toBe('stopped');
    expect(over.stepList.filter(({ state }) => state === 'stopped').map(({ reason }) => reason)).toContain(
      'budget the limit of its run',
    );
    expect(Number(over.cost?.amount)).toBeLessThanOrEqual(12 + 1);
    expect(Number(over.cost?.amount)).toBeGreaterThan(5);
  });

  it('of the budget of a step is its own limit', async () => {
    await pipeline({ work: { run: 'sleep 600', budget: '4 USD', grace: '1s' } }, {}, 'own-limit');
    const over = await ranToEnd(application, 'own-limit');
    expect(requireStep(over, 'work')).toMatchObject({ state: 'stopped', reason: 'budget its own limit' });
    expect(Number(over.cost?.amount)).toBeLessThanOrEqual(5);
  });
});
