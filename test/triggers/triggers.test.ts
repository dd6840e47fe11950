import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Application } from '../../src/main.ts';
import { listPipelineRuns } from '../../src/mlops/pipelines/schema.ts';
import { applied } from '../../src/mlops/testing/pipelines.ts';
import {
  githubHeaders,
  githubPush,
  newFolder,
  newRepository,
  outcomes,
  requireTrigger,
  secretFile,
  send,
} from '../../src/mlops/testing/triggers.ts';
import { call, testApplication } from '../../src/testing/application.ts';
import { openDoors } from '../security/doors.ts';
import { findMoto, type S3Server, startS3 } from '../support/moto.ts';
import { onEachStore } from '../support/stores.ts';

const documentOf = (on: string, more = '') =>
  `{apiVersion: steelyard/v1, kind: Pipeline, metadata: {name: p}, spec: {${more} concurrency: {runs: 50}, steps: {say: {run: 'true'}}, on: [${on}]}}`;
const runsOf = async (application: Application) =>
  (await call(application, listPipelineRuns, { params: { pipeline: 'p' }, query: { pageSize: 1000 } })).runs;

onEachStore(({ engine, newDatabase }) => {
  describe('triggers', () => {
    it('by push, time, data and event begin runs, once for each occurrence, whatever is sent twice', async () => {
      await using application = await testApplication({}, { database: await newDatabase() });
      const [repository, folder] = [newRepository(), newFolder()];
      const commit = repository.commit({ a: '1' });
      writeFileSync(join(folder, 'f'), '1');
      const on = `{push: {provider: github, secret: ${secretFile()}}}, {cron: '* * * * * *'}, {data: {object: ${folder}, every: 10s}}, {event: {type: model_version.created}}`;
      await applied(application, documentOf(on, `source: {git: ${repository.folder}},`));
      await expect.poll(async () => (await requireTrigger(application, 'p', 'data')).digest).not.toBeNull();
      writeFileSync(join(folder, 'f'), '22');
      const body = JSON.stringify(githubPush(commit));
      const sent = Array.from({ length: 8 }, () => send(application, 'p/triggers/github', body, githubHeaders(body)));
      const answers = await Promise.all(sent);
      expect(answers.map(({ status }) => status)).toEqual(sent.map(() => 202));
      expect(answers.filter(({ body: { outcome } }) => outcome === 'accepted')).toHaveLength(1);
      for (const [path, payload] of [
        ['registered-models/create', { name: 'm' }],
        ['model-versions/create', { name: 'm', source: 's3://models/m' }],
      ] as const) {
        const url = `/api/2.0/mlflow/${path}`;
        await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });
      }
      for (const name of ['push', 'data', 'event']) await outcomes(application, 'p', name, 1);
      await applied(application, documentOf('', `source: {git: ${repository.folder}},`));
      const causes = (await runsOf(application)).map(({ cause }) => `${cause.kind} ${cause.detail}`);
      expect(new Set(causes).size).toBe(causes.length);
      expect(
        causes
          .filter((cause) => !cause.startsWith('cron'))
          .map((cause) => cause.split(' ')[0])
          .toSorted(),
      ).toEqual(['data', 'event', 'push']);
      expect(causes.length).toBeGreaterThan(5);
    });

    // One store of one folder has one server.
    if (engine === 'PostgreSQL') {
      it('of several servers on one store begin one run of each occurrence', async () => {
        const database = await newDatabase();
        await using one = await testApplication({}, { database });
        await using other = await testApplication({}, { database });
        const repository = newRepository();
        const commits = Array.from({ length: 5 }, (_, n) => repository.commit({ n: String(n) }));
        const on = `{push: {provider: github, secret: ${secretFile()}}}, {cron: '* * * * * *'}`;
        await applied(one, documentOf(on, `source: {git: ${repository.folder}},`));
        for (const commit of commits) {
          const body = JSON.stringify(githubPush(commit));
          const both = [one, other].map((server) => send(server, 'p/triggers/github', body, githubHeaders(body)));
          expect((await Promise.all(both)).map(({ body: { outcome } }) => outcome).toSorted()).toEqual([
            'accepted',
            'ignored',
          ]);
        }
        const pushed = await outcomes(other, 'p', 'push', commits.length);
        expect(pushed.map(({ outcome }) => outcome)).toEqual(commits.map(() => 'began'));
        await expect.poll(async () => (await requireTrigger(one, 'p', 'cron')).decisions.length).toBeGreaterThan(5);
        const runs = await runsOf(one);
        const times = runs.filter(({ cause }) => cause.kind === 'cron').map(({ cause }) => cause.detail);
        expect(new Set(times).size).toBe(times.length);
        expect(
          runs
            .filter(({ cause }) => cause.kind === 'push')
            .map(({ commit }) => commit)
            .toSorted(),
        ).toEqual(commits.toSorted());
      });
    }

    it('let Git hosts in without an account, and show what they did to whoever may read', async () => {
      await using doors = await openDoors({}, { database: await newDatabase() });
      const repository = newRepository();
      const commit = repository.commit({ a: '1' });
      const text = documentOf(
        `{push: {provider: github, secret: ${secretFile()}}}`,
        `source: {git: ${repository.folder}},`,
      );
      const inject = (method: 'GET' | 'POST', url: string, headers: object, payload?: object) =>
        doors.application.http.inject({
          method,
          url,
          headers: { host: 'localhost', ...headers },
          ...(payload === undefined ? {} : { payload }),
        });
      const documents = { documents: [{ file: 'p.yaml', text }] };
      expect((await inject('POST', '/api/v1/apply', doors.as('admin'), documents)).statusCode).toBe(200);
      const body = JSON.stringify(githubPush(commit));
      const door = 'p/triggers/github';
      expect((await send(doors.application, door, body, githubHeaders(body, 'wrong'))).status).toBe(401);
      expect(
        (await send(doors.application, door, body, { 'x-github-event': 'push', ...doors.as('admin') })).status,
      ).toBe(401);
      expect((await send(doors.application, door, body, githubHeaders(body))).status).toBe(202);
      const triggers = '/api/v1/pipelines/p/triggers';
      expect((await inject('GET', triggers, {})).statusCode).toBe(401);
      const shown = await inject('GET', triggers, doors.as('viewer'));
      expect(shown.body).toContain(commit);
      expect(shown.body).not.toMatch(/secret|file:/);
    });
  });
});

const there = findMoto() !== null || process.env.CI !== undefined;

describe.skipIf(!there)('a prefix of S3 (skipped where moto_server is not installed)', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3();
  });
  afterAll(() => server?.stop());
  afterEach(() => vi.unstubAllEnvs());

  it('begins a run when an object comes or changes, and none for what lies beside it', async () => {
    vi.stubEnv('TRIGGER_KEY', server.accessKeyId);
    vi.stubEnv('TRIGGER_SECRET', server.secretAccessKey);
    let offset = 0;
    await using application = await testApplication({ clock: { now: () => Date.now() + offset } });
    const bucket = await server.newBucket();
    await server.put(bucket, 'train/a.csv', '1');
    const parameters = `region=us-east-1&endpoint=${server.endpoint}&accessKeyId=env:TRIGGER_KEY&secretAccessKey=env:TRIGGER_SECRET`;
    await applied(application, documentOf(`{data: {object: 's3://${bucket}/train?${parameters}'}}`));
    await expect.poll(async () => (await requireTrigger(application, 'p', 'data')).digest).not.toBeNull();
    let wakers = 0;
    const looked = async () => {
      const { nextAt } = await requireTrigger(application, 'p', 'data');
      offset += 300_000;
      wakers += 1;
      await applied(application, documentOf('{data: {table: nothing}}').replace('name: p', `name: waker-${wakers}`));
      await expect.poll(async () => (await requireTrigger(application, 'p', 'data')).nextAt).not.toBe(nextAt);
    };
    await server.put(bucket, 'training/b.csv', '1');
    await looked();
    expect((await requireTrigger(application, 'p', 'data')).decisions).toEqual([]);
    await server.put(bucket, 'train/b.csv', '1');
    await looked();
    await outcomes(application, 'p', 'data', 1);
    await server.put(bucket, 'train/a.csv', '2');
    await looked();
    const [latest] = await outcomes(application, 'p', 'data', 2);
    expect(latest).toMatchObject({
      outcome: 'began',
      detail: expect.stringContaining(`s3://${bucket}/train changed to`),
    });
    expect((await requireTrigger(application, 'p', 'data')).waitsFor).not.toContain('env:');
  });
});
