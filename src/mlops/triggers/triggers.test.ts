import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../main.ts';
import { call, catchProblem, importFiles, testApplication } from '../../testing/application.ts';
import { listPipelineRuns, startPipelineRun } from '../pipelines/schema.ts';
import { applied, ended } from '../testing/pipelines.ts';
import { newFolder, outcomes, requireTrigger } from '../testing/triggers.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const BEGIN = Date.parse('2026-11-26T01:00:00Z');

let application: Application;
let data: string;
let folder: string;
let offset: number;
let wakers = 0;
const clock = { now: () => Date.now() + offset };

beforeEach(async () => {
  offset = BEGIN - Date.now();
  data = newFolder();
  folder = newFolder();
  application = await testApplication({ clock }, { data });
  onTestFinished(() => application[Symbol.asyncDispose]());
});

async function restarted(whileAway: () => void): Promise<void> {
  await application[Symbol.asyncDispose]();
  whileAway();
  application = await testApplication({ clock }, { data });
}

const pipeline = (name: string, on: string, more = '') =>
  applied(
    application,
    `{apiVersion: steelyard/v1, kind: Pipeline, metadata: {name: ${name}}, spec: {${more} steps: {say: {run: echo}}, on: [${on}]}}`,
  );

/** Lets time pass; the queues look at their clock when a job is enqueued. */
async function pass(ms: number): Promise<void> {
  offset += ms;
  wakers += 1;
  await pipeline(`waker-${wakers}`, `{cron: 0 0 1 1 *}, {data: {table: nothing, every: 7d}}`);
}

const runs = async (name = 'p') => (await call(application, listPipelineRuns, { params: { pipeline: name } })).runs;

describe('a time of the calendar', () => {
  it('begins a run in its time zone, and those missed are made up for once, over a restart', async () => {
    await pipeline('p', '{cron: 0 3 * * *, timeZone: Europe/Berlin, params: {rows: 7}}', 'params: {rows: 1},');
    expect((await requireTrigger(application, 'p', 'cron')).nextAt).toBe('2026-11-26T02:00:00.000Z');
    await pass(HOUR);
    expect(await outcomes(application, 'p', 'cron', 1)).toMatchObject([
      { outcome: 'began', number: 1, detail: 'the time 2026-11-26T02:00:00.000Z' },
    ]);
    expect(await ended(application, 'p', '1')).toMatchObject({
      params: { rows: 7 },
      cause: { kind: 'cron' },
      requestedBy: 'trigger:cron',
    });
    await restarted(() => {
      offset += 80 * HOUR;
    });
    expect(await outcomes(application, 'p', 'cron', 2)).toMatchObject([
      { outcome: 'began', number: 2, detail: 'the time 2026-11-27T02:00:00.000Z' },
      { number: 1 },
    ]);
    expect((await requireTrigger(application, 'p', 'cron')).nextAt).toBe('2026-11-30T02:00:00.000Z');
  });

  it('stays as it is when its pipeline is applied with other steps, and goes with its pattern', async () => {
    await pipeline('p', '{cron: 0 3 * * *}');
    const { since, nextAt } = await requireTrigger(application, 'p', 'cron');
    await pass(MINUTE);
    await pipeline('p', '{cron: 0 3 * * *}', 'description: other,');
    expect(await requireTrigger(application, 'p', 'cron')).toMatchObject({ since, nextAt });
    await pipeline('p', '{cron: 30 1 * * *}');
    expect((await requireTrigger(application, 'p', 'cron')).nextAt).toBe('2026-11-26T01:30:00.000Z');
    await pipeline('p', '{name: later, cron: 0 5 * * *}');
    await pass(3 * HOUR);
    await pass(2 * HOUR);
    expect(await outcomes(application, 'p', 'later', 1)).toMatchObject([{ number: 1 }]);
    expect(await runs()).toHaveLength(1);
  });

  it('says why no run could be begun', async () => {
    await pipeline('p', '{cron: 0 3 * * *}', 'engine: kubernetes,');
    await pass(3 * HOUR);
    expect(await outcomes(application, 'p', 'cron', 1)).toMatchObject([
      { outcome: 'refused', reason: expect.stringContaining('kubernetes'), run: null },
    ]);
  });
});

/** Waits until a trigger has looked once more. */
async function awaitCheck(name = 'p'): Promise<void> {
  const { nextAt } = await requireTrigger(application, name, 'data');
  await pass(5 * MINUTE);
  await expect.poll(async () => (await requireTrigger(application, name, 'data')).nextAt).not.toBe(nextAt);
}

const seenFirst = () => expect.poll(async () => (await requireTrigger(application, 'p', 'data')).digest).not.toBeNull();

describe('a change of data', () => {
  it('of a file begins a run when its content is another, once, also while no server ran', async () => {
    const file = join(folder, 'train.csv');
    writeFileSync(file, 'a\n');
    await pipeline('p', `{data: {object: ${file}}}`);
    await seenFirst();
    utimesSync(file, 1, 1);
    await awaitCheck();
    expect((await requireTrigger(application, 'p', 'data')).decisions).toEqual([]);
    writeFileSync(file, 'b\n');
    await awaitCheck();
    await awaitCheck();
    expect(await outcomes(application, 'p', 'data', 1)).toMatchObject([
      { outcome: 'began', number: 1, detail: expect.stringMatching(/^\/.*train\.csv changed to [0-9a-f]{12}$/) },
    ]);
    await restarted(() => {
      writeFileSync(file, 'c\n');
      offset += HOUR;
    });
    expect(await outcomes(application, 'p', 'data', 2)).toMatchObject([{ outcome: 'began', number: 2 }, {}]);
    writeFileSync(file, 'b\n');
    await awaitCheck();
    expect(await outcomes(application, 'p', 'data', 3)).toMatchObject([{ outcome: 'began', number: 3 }, {}, {}]);
  });

  it('of a folder begins a run when a file comes, changes or goes', async () => {
    mkdirSync(join(folder, 'deep'));
    writeFileSync(join(folder, 'deep', 'a'), '1');
    await pipeline('p', `{data: {object: ${folder}}}`);
    await seenFirst();
    const changes = [
      () => writeFileSync(join(folder, 'deep', 'b'), '2'),
      () => writeFileSync(join(folder, 'deep', 'a'), '11'),
      () => rmSync(join(folder, 'deep', 'a')),
    ];
    for (const [index, change] of changes.entries()) {
      change();
      await awaitCheck();
      await outcomes(application, 'p', 'data', index + 1);
    }
    await awaitCheck();
    expect((await requireTrigger(application, 'p', 'data')).decisions).toHaveLength(3);
  });

  it('of a table of the lake begins a run', async () => {
    await pipeline('p', `{data: {table: bill_row}}`);
    await seenFirst();
    const row = 'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd';
    const day = '2026-10-01T00:00:00Z,2026-10-03T00:00:00Z,2026-10-04T00:00:00Z';
    await importFiles(application, 's', { 'a.csv': `${row},EffectiveCost\n1,USD,${day},1\n` });
    await awaitCheck();
    expect(await outcomes(application, 'p', 'data', 1)).toMatchObject([
      { outcome: 'began', detail: expect.stringMatching(/^table bill_row changed to version \d+$/) },
    ]);
  });

  it('that cannot be seen is a problem and no change', async () => {
    const file = join(folder, 'train.csv');
    await pipeline('p', `{data: {object: ${file}}}`);
    await expect
      .poll(async () => (await requireTrigger(application, 'p', 'data')).problem)
      .toBe(`There is no ${file} on the server.`);
    writeFileSync(file, 'a');
    await awaitCheck();
    expect(await requireTrigger(application, 'p', 'data')).toMatchObject({ problem: null, decisions: [] });
    rmSync(file);
    await awaitCheck();
    writeFileSync(file, 'a');
    await awaitCheck();
    expect(await requireTrigger(application, 'p', 'data')).toMatchObject({ problem: null, decisions: [] });
  });

  it('is remembered when it is looked at more often', async () => {
    writeFileSync(join(folder, 'f'), 'a');
    await pipeline('p', `{data: {object: ${folder}/f, every: 7d}}`);
    await seenFirst();
    writeFileSync(join(folder, 'f'), 'b');
    await pipeline('p', `{data: {object: ${folder}/f}}`);
    expect(await outcomes(application, 'p', 'data', 1)).toMatchObject([{ outcome: 'began' }]);
  });
});

describe('an event of the registry', () => {
  const mlflow = async (path: string, payload: object) => {
    const url = `/api/2.0/mlflow/${path}`;
    const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });
    if (answer.statusCode !== 200) throw new Error(answer.body);
  };
  const version = (name: string) => mlflow('model-versions/create', { name, source: `s3://models/${name}` });

  beforeEach(async () => {
    for (const name of ['ranker', 'other']) await mlflow('registered-models/create', { name });
  });

  it('begins a run of the pipelines that wait for it, once, over a restart', async () => {
    await version('ranker');
    await pipeline('p', '{event: {type: model_version.created, model: ranker}}');
    await pipeline('q', '{event: {type: model_version.created}}');
    await version('other');
    await version('ranker');
    expect(await outcomes(application, 'p', 'event', 1)).toMatchObject([
      { outcome: 'began', detail: 'model_version.created: ranker version 2' },
    ]);
    await outcomes(application, 'q', 'event', 2);
    expect((await runs())[0]?.cause).toEqual({ kind: 'event', detail: 'model_version.created: ranker version 2' });
    await restarted(() => undefined);
    await version('ranker');
    expect(await outcomes(application, 'p', 'event', 2)).toMatchObject([{ number: 2 }, { number: 1 }]);
  });

  it('that pipelines cause for each other in a circle is refused when they are applied', async () => {
    const registering = (name: string, makes: string, waitsFor: string) =>
      applied(
        application,
        `{apiVersion: steelyard/v1, kind: Pipeline, metadata: {name: ${name}}, spec: {on: [{event: {type: model_version.created, model: ${waitsFor}}}], steps: {train: {run: echo}, keep: {uses: register, model: ${makes}, of: train, needs: [train]}}}}`,
      );
    await registering('a', 'one', 'three');
    await registering('b', 'two', 'one');
    expect(await catchProblem(registering('c', 'three', 'two'))).toMatchObject({
      code: 'manifest_invalid',
      detail: expect.stringContaining('in a cycle (c -> a -> b -> c)'),
    });
    await registering('c', 'four', 'two');
  });

  it('that runs cause for each other by themselves begins ten in a row, and then says why no more', async () => {
    await pipeline('a', '{event: {type: model_version.created, model: ranker}}');
    await pipeline('b', '{event: {type: model_version.created, model: other}}');
    const { run: first } = await call(application, startPipelineRun, { params: { pipeline: 'a' }, body: {} });
    let before = await ended(application, 'a', first);
    const turns = [...'bababababa'];
    for (const [index, next] of turns.entries()) {
      const name = next === 'a' ? 'ranker' : 'other';
      const runId = before.stepList[0]?.mlflowRun;
      await mlflow('model-versions/create', { name, source: `s3://models/${name}`, run_id: runId });
      const [decision] = await outcomes(application, next, 'event', Math.floor(index / 2) + 1);
      if (decision?.run === null || decision?.run === undefined) {
        expect([index, decision?.outcome]).toEqual([9, 'refused']);
        expect(decision?.reason).toContain('Pipelines start each other in a cycle');
        return;
      }
      before = await ended(application, next, decision.run);
    }
    expect.unreachable('the circle did not end');
  }, 120_000);

  it('begins a run where its fields are those that are asked for', async () => {
    await version('ranker');
    await pipeline('p', '{event: {type: model_alias.set, model: ranker, match: {alias: champion}}}');
    const alias = (name: string) => mlflow('registered-models/alias', { name: 'ranker', alias: name, version: '1' });
    await alias('candidate');
    await alias('champion');
    await alias('champion');
    expect(await outcomes(application, 'p', 'event', 1)).toMatchObject([
      { outcome: 'began', detail: 'model_alias.set: champion of ranker version 1' },
    ]);
  });
});
