import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getBudget } from '../../src/finops/budgets/schema.ts';
import { meteredCost } from '../../src/finops/metering/schema.ts';
import { computeWorkId } from '../../src/mlops/pipeline-runs/work.ts';
import {
  getPipelineRun,
  isOver,
  type PipelineRun,
  pipelineStepLog,
  startPipelineRun,
  stopPipelineRun,
} from '../../src/mlops/pipelines/schema.ts';
import { decimal } from '../../src/platform/units/index.ts';
import { findDockerd } from '../support/dockerd.ts';
import { areEnginesWhole } from '../support/engine-scope.ts';
import { type ContainerEngine, dockerEngine, type Engine, processEngine } from '../support/pipeline-engines.ts';
import { applyTo, ask, overRun, startServerWith } from '../support/server-calls.ts';
import type { ServerProcess } from '../support/server-process.ts';

/** A second of one of them costs a dollar. */
const HOURLY = 3600;
/** Budget of one process in seconds, if all of them spend the same. */
const SECONDS_EACH = 15;
/** Time for which they run at the high price before the test intervenes. */
const DEAR_MS = 2_000;
const LATE_MS = 600_000;
/** An engine polls running work once a second; its watchdog polls four times a second. */
const POLL_SECONDS = 1;

/**
 * Number of concurrent processes, of which the first `deaf` ignore signals. While they start, one after the other, the
 * price is a thousandth.
 */
interface Crowd {
  readonly many: number;
  readonly deaf: number;
}

/** Time for all of them to start in the first attempt; each further attempt doubles it. */
const BEGIN_MS = 20_000;
/** A step is retried where a busy machine answered too late. */
const MOST_TRIES = 5;

const limitOf = ({ many }: Crowd) => many * SECONDS_EACH;

/** A pipeline and its budget, both of this name. */
const documents = (engine: Engine, crowd: Crowd, name: string, dearFrom: number) => `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec:
  currency: USD
  source: test
  prices:
    - {resource: machine, perHour: '${HOURLY / 1000}', effectiveFrom: 2026-01-01}
    - {resource: machine, perHour: '${HOURLY}', effectiveFrom: '${new Date(dearFrom).toISOString()}'}
---
apiVersion: steelyard/v1
kind: Budget
metadata: {name: ${name}}
spec: {subject: {pipeline: ${name}}, amount: '${limitOf(crowd)}', currency: USD, enforcement: hard, every: once}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: ${name}}
spec:
  ${engine.spec}
  steps:
    work:
      run: |
        if [ \${{ matrix.n }} -le ${crowd.deaf} ]; then trap '' TERM
        else trap 'echo saved > $STEELYARD_CHECKPOINT_FILE; exit 0' TERM; fi
        echo begun
        while :; do sleep 1 & wait $!; done
      matrix: {n: ${JSON.stringify(Array.from({ length: crowd.many }, (_, index) => index + 1))}}
      resources: {cpu: 0.05}
      grace: 5s
      cache: false
`;

const numberOf = ({ step }: { readonly step: string }) => Number(/\d+/.exec(step)?.[0]);
const amountOf = (money: { readonly amount: string } | null) => decimal(money?.amount ?? '0').toNumber();

/** A run under one budget; the pipeline and the budget share this name. */
interface Begun {
  readonly name: string;
  readonly run: string;
}

/** Starts them under one budget, and resolves when all of them run at the high price. */
async function begun(server: ServerProcess, engine: Engine, crowd: Crowd): Promise<Begun> {
  for (let allowedMs = BEGIN_MS; ; allowedMs *= 2) {
    const dearFrom = Date.now() + allowedMs;
    const name = `costly-${allowedMs}`;
    await applyTo(server, documents(engine, crowd, name, dearFrom));
    const { run } = await ask(server, startPipelineRun, { params: { pipeline: name }, body: {} });
    if (await allBegin(server, { name, run }, crowd, dearFrom)) {
      await pause(Math.max(0, dearFrom - Date.now() + DEAR_MS));
      return { name, run };
    }
    // This machine is slower than that: the high price before all have started would leave no budget for the others.
    await ask(server, stopPipelineRun, { params: { pipeline: name, run } }).catch(() => undefined); // it may just have ended
    await overRun(server, name, run);
  }
}

/** True if all of them run before `by`. */
async function allBegin(server: ServerProcess, { name, run }: Begun, crowd: Crowd, by: number): Promise<boolean> {
  const params = { pipeline: name, run };
  const log = async (step: string) => (await ask(server, pipelineStepLog, { params, query: { step } })).text;
  while (Date.now() < by) {
    const { stepList } = await ask(server, getPipelineRun, { params });
    const over = stepList.filter((step) => isOver(step.state));
    // Money alone ends any of them so early.
    for (const { reason } of over) expect(reason).toMatch(/^budget |^Budget "|lease of the reservation/);
    if (over.length > 0) return false;
    const running = stepList.filter((step) => step.state === 'running');
    const texts = running.length < crowd.many ? [] : await Promise.all(running.map(({ step }) => log(step)));
    if (texts.length === crowd.many && texts.every((text) => text === 'begun\n')) return true;
    await pause(200); // another process: polling its answers is the only way to wait
  }
  return false;
}

/** Every step is stopped in the name of the budget, with its checkpoint; those that are deaf were killed. */
function isStopped({ stepList }: PipelineRun, deaf: number): void {
  for (const { step, state, reason, attempts } of stepList) {
    // A step that the server answers too late on a busy machine is retried, and may then find the budget exhausted.
    expect([step, state, reason]).toEqual([
      step,
      'stopped',
      expect.stringMatching(/^budget costly-\d+$|^Budget "costly-\d+" has/),
    ]);
    const isDeaf = numberOf({ step }) <= deaf;
    const ends = attempts.map(({ checkpoint, exitCode }) => [checkpoint, exitCode]);
    if (isDeaf) expect([null, 137]).toContain(ends.map(([, exitCode]) => exitCode).find((code) => code !== 143));
    else expect(ends).toContainEqual(['saved', 0]);
  }
  expect(stepList.map(({ reason }) => reason)).toContainEqual(expect.stringMatching(/^budget costly-\d+$/));
}

/** The run, its attempts, the budget and the meter must agree on the spent amount. */
async function isToldAsOne(server: ServerProcess, run: PipelineRun): Promise<void> {
  const { spent, reserved } = await ask(server, getBudget, { params: { budget: run.pipeline } });
  expect([spent, reserved?.amount]).toEqual([run.cost, '0']);
  expect((await ask(server, meteredCost, { query: { pipelineRun: run.run } })).cost).toEqual(run.cost);
  const tries = run.stepList.flatMap(({ attempts }) => attempts.map(({ cost }) => amountOf(cost)));
  expect(tries.reduce((total, one) => total + one, 0)).toBeCloseTo(amountOf(run.cost), 6);
}

function stopsInTime(begin: () => Engine, crowd: Crowd): void {
  it(
    `stops ${crowd.many} at once in time, each with its checkpoint, and kills the one that is deaf`,
    async () => {
      const engine = begin();
      await using server = await startServerWith(engine, mkdtempSync(join(tmpdir(), 'hard-budgets-')));
      const { name, run } = await begun(server, engine, crowd);
      const over = await overRun(server, name, run);
      expect(over.state).toBe('stopped');
      isStopped(over, crowd.deaf);
      expect(amountOf(over.cost)).toBeLessThanOrEqual(limitOf(crowd) + 1);
      await isToldAsOne(server, over);
      expect(await engine.held()).toEqual([]);
    },
    LATE_MS,
  );
}

function holdsWithoutServer(begin: () => Engine, crowd: Crowd, deathsOf: (engine: Engine) => Deaths): void {
  it(
    'holds while its server is dead, and what was spent is counted to the moment of each end',
    async () => {
      const engine = begin();
      const data = mkdtempSync(join(tmpdir(), 'hard-budgets-'));
      await using server = await startServerWith(engine, data);
      const { name, run } = await begun(server, engine, crowd);
      await server.kill();
      const given = givenUntil(data, run, crowd);
      const deaths = await deathsOf(engine)([...given.keys()]);
      await server.startAgain();
      const over = await overRun(server, name, run);
      expect(over.state).toBe('stopped');
      isStopped(over, crowd.deaf);
      const late: number[] = [];
      for (const { step, attempts } of over.stepList) {
        for (const { attempt, endedAt } of attempts) {
          const id = computeWorkId(run, { name: 'work', key: step }, attempt);
          const [seen, gone] = deaths.get(id) ?? [0, Number.POSITIVE_INFINITY];
          const end = Date.parse(endedAt ?? '');
          // A watchdog records a kill after the kill, and on a busy machine a little later.
          expect([id, end >= Math.floor(seen), end <= gone + POLL_SECONDS * 1000]).toEqual([id, true, true]);
          const until = given.get(id);
          if (until !== undefined) late.push((end - until) / 1000);
        }
      }
      expect(late).toHaveLength(given.size);
      expect(Math.max(...late)).toBeLessThanOrEqual(POLL_SECONDS);
      expect(amountOf(over.cost)).toBeLessThanOrEqual(limitOf(crowd) + crowd.many * POLL_SECONDS);
      await isToldAsOne(server, over);
      expect(await engine.held()).toEqual([]);
    },
    LATE_MS,
  );
}

/**
 * Deadlines from the engine's watchdog: the time until which each execution of a run may continue, Unix milliseconds.
 */
function givenUntil(data: string, run: string, { many }: Crowd): Map<string, number> {
  const files = readdirSync(data, { recursive: true, encoding: 'utf8' });
  const text = (file: string) => readFileSync(join(data, file), 'utf8');
  const told = new Map([
    ...files
      .filter((file) => file.endsWith('/execution/until'))
      .map((file) => [basename(dirname(dirname(file))), Number(text(file))] as const),
    ...files
      .filter((file) => /\/watched\/.*\.json$/.test(file))
      .map((file) => [basename(file, '.json'), Number(JSON.parse(text(file)).until)] as const),
  ]);
  const steps = Array.from({ length: many }, (_, index) => ({ name: 'work', key: `work[n=${index + 1}]` }));
  const tries = Array.from({ length: MOST_TRIES }, (_, index) => index + 1);
  const ids = new Set(steps.flatMap((step) => tries.map((attempt) => computeWorkId(run, step, attempt))));
  return new Map([...told].filter(([id]) => ids.has(id)));
}

/** Resolves when none of these lives any more: between which two moments each has ended, Unix milliseconds. */
type Deaths = (ids: readonly string[]) => Promise<Map<string, readonly [from: number, to: number]>>;

/** Most time that the reader of a command's remaining output lives after the command. */
const LINGERS_MS = 3_000;

const deathsOfProcesses =
  ({ held }: Engine): Deaths =>
  async (ids) => {
    const from = Date.now() - LINGERS_MS;
    const seen = new Map(ids.map((id) => [id, [from, Number.POSITIVE_INFINITY] as readonly [number, number]]));
    for (let alive: readonly string[] = ids; alive.length > 0; ) {
      const looked = Date.now() - LINGERS_MS;
      const found = await held();
      for (const id of alive)
        seen.set(id, found.includes(id) ? [looked, Number.POSITIVE_INFINITY] : [seen.get(id)?.[0] ?? from, Date.now()]);
      alive = alive.filter((id) => found.includes(id));
      await pause(50); // the end of a process that is not a child sends no event
    }
    return seen;
  };

describe.skipIf(process.platform !== 'linux')('a hard budget over processes of this machine', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await processEngine();
  });
  holdsWithoutServer(() => engine, { many: 20, deaf: 10 }, deathsOfProcesses);
});

const isDockerThere = findDockerd() !== null || process.env.CI !== undefined;
if (areEnginesWhole) {
  describe.skipIf(!isDockerThere)(
    'a hard budget over containers of a Docker Engine (skipped where dockerd, busybox-static or root is missing)',
    () => {
      let engine: ContainerEngine;
      beforeAll(async () => {
        engine = await dockerEngine();
      }, LATE_MS);
      afterAll(() => engine?.[Symbol.asyncDispose](), LATE_MS);
      /** By the engine's clock, which is this machine's clock. */
      const deaths: Deaths = async (ids) => {
        const ends = ids.map(async (id) => {
          const end = await engine.endOf(id);
          return [id, [end - 2, end + 2]] as const;
        });
        return new Map(await Promise.all(ends));
      };
      stopsInTime(() => engine, { many: 20, deaf: 1 });
      holdsWithoutServer(
        () => engine,
        { many: 20, deaf: 10 },
        () => deaths,
      );
    },
  );
}
