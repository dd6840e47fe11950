import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { listAudit } from '../../platform/audit/schema.ts';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import { sharedApplication } from '../../testing/shared.ts';
import { listPipelineRuns, pipelineStepLog } from '../pipelines/schema.ts';
import { applied, ended } from '../testing/pipelines.ts';
import {
  githubHeaders,
  githubPush,
  gitlabPush,
  NO_COMMIT,
  newRepository,
  outcomes,
  type Repository,
  requireTrigger,
  SECRET,
  secretFile,
  send,
} from '../testing/triggers.ts';

const shared = await sharedApplication();
/** Of tests that send no commit which is there. */
const anyRepository = newRepository();
let pipelines = 0;
let name: string;
beforeEach(() => {
  pipelines += 1;
  name = `ranker-${pipelines}`;
});

const header = (pipelineName = name) =>
  `{apiVersion: steelyard/v1, kind: Pipeline, metadata: {name: ${pipelineName}}, spec: `;
const own = (word: string) =>
  `${header()}{params: {by: a person}, steps: {say: {run: 'echo ${word} \${{ params.by }}'}}}}`;
const pipeline = (push: string, { folder }: Repository = anyRepository, application = shared) =>
  applied(
    application,
    `${header()}{source: {git: ${folder}}, params: {by: nobody}, steps: {say: {run: echo applied}}, on: [{push: ${push}, params: {by: a push}}]}}`,
  );
const github = (repository?: Repository, more = '', application = shared) =>
  pipeline(`{provider: github, secret: ${secretFile()}${more}}`, repository, application);
const pushed = (push: object, headers: Record<string, string> = {}, application = shared) => {
  const body = JSON.stringify(push);
  return send(application, `${name}/triggers/github`, body, { ...githubHeaders(body), ...headers });
};
const runs = async () => (await call(shared, listPipelineRuns, { params: { pipeline: name } })).runs;

describe('a push that GitHub tells of', () => {
  it('begins a run of the pipeline that the commit has, once, however often it is delivered', async () => {
    const repository = newRepository();
    const first = repository.commit({ 'steelyard.yaml': own('one') });
    const second = repository.commit({ 'steelyard.yaml': own('two') });
    await github(repository);
    expect(await pushed(githubPush(first))).toMatchObject({ status: 202, body: { outcome: 'accepted' } });
    expect(await pushed(githubPush(first))).toMatchObject({ body: { triggers: [{ outcome: 'duplicate' }] } });
    await pushed(githubPush(second, { before: first }));
    const [later, earlier] = await outcomes(shared, name, 'push', 2);
    expect([earlier, later]).toMatchObject([
      { outcome: 'began', number: 1, commit: first, detail: `push of ${first.slice(0, 12)} to main` },
      { outcome: 'began', number: 2, commit: second },
    ]);
    const run = await ended(shared, name, '1');
    expect(run).toMatchObject({
      state: 'succeeded',
      commit: first,
      requestedBy: 'trigger:push',
      cause: { kind: 'push' },
      params: { by: 'a push' },
    });
    const step = { params: { pipeline: name, run: '1' }, query: { step: 'say' } };
    expect((await call(shared, pipelineStepLog, step)).text).toBe('one a push\n');
    expect(await runs()).toHaveLength(2);
  });

  it('begins the runs of several pushes in the order in which they came', async () => {
    const repository = newRepository();
    const commits = ['one', 'two', 'three', 'four', 'five', 'six'].map((word) =>
      repository.commit({ 'steelyard.yaml': own(word) }),
    );
    await github(repository);
    for (const commit of commits) await pushed(githubPush(commit));
    const began = await outcomes(shared, name, 'push', commits.length);
    expect(
      began.toSorted((one, other) => Number(one.number) - Number(other.number)).map(({ commit }) => commit),
    ).toEqual(commits);
  });

  it('is in the audit trail with its delivery; what is not signed is not', async () => {
    await using application = await testApplication();
    const repository = newRepository();
    const commit = repository.commit({ a: '1' });
    await github(repository, '', application);
    await pushed(githubPush(commit), { 'x-github-delivery': 'd-1' }, application);
    await pushed(githubPush(commit), { 'x-hub-signature-256': 'sha256=00' }, application);
    const { rows } = await call(application, listAudit, {});
    const mine = rows.filter(({ route }) => route.endsWith('/triggers/github'));
    expect(mine).toMatchObject([
      {
        actor: 'webhook:github',
        status: 202,
        subject: { pipeline: name, delivery: 'd-1', event: 'push', ref: 'refs/heads/main', after: commit },
      },
    ]);
  });

  it.each([
    ['a branch that is not asked for', { ref: 'refs/heads/dev' }, 'the branch is dev'],
    ['a deletion', { deleted: true, after: NO_COMMIT }, 'the branch main was deleted'],
    ['a tag', { ref: 'refs/tags/v1' }, 'refs/tags/v1 is not a branch'],
  ])('begins nothing for %s, and says so', async (_what, push, reason) => {
    const repository = newRepository();
    const commit = repository.commit({ a: '1' });
    await github(repository, ', branches: [main]');
    expect(await pushed(githubPush(commit, push))).toMatchObject({
      status: 202,
      body: { outcome: 'ignored', triggers: [{ trigger: 'push', outcome: 'ignored', reason }] },
    });
    expect(await outcomes(shared, name, 'push', 1)).toMatchObject([{ outcome: 'ignored', reason, run: null }]);
    expect(await runs()).toEqual([]);
  });

  it.each([
    ['ping', {}],
    ['issues', {}],
  ])('answers %s and begins nothing', async (event, body) => {
    await github();
    expect(await pushed(body, { 'x-github-event': event })).toMatchObject({
      status: 202,
      body: { outcome: 'ignored' },
    });
    expect((await requireTrigger(shared, name, 'push')).decisions).toEqual([]);
  });

  it('is left out where the pipeline is full, and the history says so', async () => {
    const repository = newRepository();
    const commits = ['1', '2'].map((a) => repository.commit({ a }));
    await applied(
      shared,
      `${header()}{source: {git: ${repository.folder}}, params: {by: nobody}, concurrency: {whenFull: skip}, steps: {wait: {run: sleep 60, grace: 1s}}, on: [{push: {provider: github, secret: ${secretFile()}}}]}}`,
    );
    await pushed(githubPush(commits[0] ?? ''));
    await outcomes(shared, name, 'push', 1);
    await pushed(githubPush(commits[1] ?? ''));
    expect(await outcomes(shared, name, 'push', 2)).toMatchObject([
      { outcome: 'skipped', reason: expect.stringContaining(`Run #1 of "${name}" is active`), run: null },
      { outcome: 'began', number: 1 },
    ]);
  });

  it('replaces the run of its own trigger where that has a limit, and lets others be', async () => {
    const repository = newRepository();
    const commits = ['1', '2'].map((a) => repository.commit({ a }));
    await applied(
      shared,
      `${header()}{source: {git: ${repository.folder}}, concurrency: {runs: 5}, steps: {wait: {run: sleep 60, grace: 1s}}, on: [{push: {provider: github, secret: ${secretFile()}}, concurrency: {runs: 1, whenFull: replace}}]}}`,
    );
    for (const [index, commit] of commits.entries()) {
      await pushed(githubPush(commit));
      await outcomes(shared, name, 'push', index + 1);
    }
    expect(await ended(shared, name, '1')).toMatchObject({
      state: 'stopped',
      stopRequestedBy: 'trigger:push (replaced by a newer run)',
    });
    expect((await runs()).find(({ number }) => number === 2)?.state).not.toBe('stopped');
  });
});

describe('what is not signed', () => {
  const refusal = { status: 401, body: { code: 'webhook_not_signed' } };
  it.each([
    ['with a wrong signature', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }],
    ['with no signature', { 'x-hub-signature-256': '' }],
    ['with SHA-1 alone', { 'x-hub-signature-256': '', 'x-hub-signature': 'sha1=x' }],
    ['with another body', githubHeaders('{}')],
    ['with another secret', githubHeaders(JSON.stringify(githubPush('a'.repeat(40))), 'other')],
    ['with a GitLab token', { 'x-hub-signature-256': '', 'x-gitlab-token': SECRET }],
  ])('is refused %s', async (_what, headers) => {
    await github();
    expect(await pushed(githubPush('a'.repeat(40)), headers)).toMatchObject(refusal);
    expect((await requireTrigger(shared, name, 'push')).decisions).toEqual([]);
  });

  it('learns nothing: no pipeline, no trigger, no signature and a secret that is gone are one answer', async () => {
    await github();
    await applied(shared, `${header('bare')}{steps: {a: {run: x}}}}`);
    const gone = `{source: {git: /x}, steps: {a: {run: x}}, on: [{push: {provider: github, secret: file:/no/such}}]}}`;
    await applied(shared, header('gone') + gone);
    const body = JSON.stringify(githubPush('a'.repeat(40)));
    const doors = [
      `${name}/triggers/github`,
      'bare/triggers/github',
      'gone/triggers/github',
      'nothing/triggers/github',
    ];
    doors.push(`${name}/triggers/gitlab`, '..%2f..%2fx/triggers/github', `${'x'.repeat(300)}/triggers/github`);
    const answers = await Promise.all(doors.map((door) => send(shared, door, body, githubHeaders(body, 'wrong'))));
    const shown = answers.map(({ status, body: { requestId: _, ...problem } }) => ({ status, problem }));
    for (const answer of shown) expect(answer).toEqual(shown[0]);
    expect(shown[0]).toMatchObject({ status: 401 });
  });

  it.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/octet-stream', 415],
  ])('is refused as %s', async (type, status) => {
    await github();
    expect((await pushed(githubPush('a'.repeat(40)), { 'content-type': type })).status).toBe(status);
  });

  it('may have 8 MiB', async () => {
    await github();
    expect(await pushed({ text: 'x'.repeat(9 * 1024 * 1024) })).toMatchObject({
      status: 413,
      body: { code: 'payload_too_large' },
    });
  });
});

describe('what is signed and no push all the same', () => {
  it.each([
    ['a commit that is an option', githubPush('--upload-pack=x'), '"after"'],
    ['no commit', { ref: 'refs/heads/main' }, '"before"'],
  ])('is refused: %s', async (_what, push, words) => {
    await github();
    expect(await pushed(push)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', detail: expect.stringContaining(words) },
    });
  });
});

describe('a push that GitLab tells of', () => {
  it('begins a run by its token', async () => {
    const repository = newRepository();
    const commit = repository.commit({ 'steelyard.yaml': own('lab') });
    await pipeline(`{provider: gitlab, secret: ${secretFile()}}`, repository);
    const headers = { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': SECRET, 'idempotency-key': 'k' };
    const body = JSON.stringify(gitlabPush(commit));
    const door = `${name}/triggers/gitlab`;
    expect(await send(shared, door, body, { ...headers, 'x-gitlab-token': 'wrong' })).toMatchObject({
      status: 401,
    });
    expect(await send(shared, door, body, headers)).toMatchObject({ body: { outcome: 'accepted' } });
    expect(await send(shared, door, body, headers)).toMatchObject({ body: { outcome: 'ignored' } });
    expect(await outcomes(shared, name, 'push', 1)).toMatchObject([{ outcome: 'began', commit }]);
  });

  it('begins a run by its signing token, and then by nothing else', async () => {
    const repository = newRepository();
    const commit = repository.commit({ a: '1' });
    const key = Buffer.alloc(32, 3);
    const token = `whsec_${key.toString('base64')}`;
    await pipeline(`{provider: gitlab, secret: ${secretFile(token)}}`, repository);
    const body = JSON.stringify(gitlabPush(commit));
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = `v1,${createHmac('sha256', key).update(`m1.${timestamp}.${body}`).digest('base64')}`;
    const signed = { 'webhook-id': 'm1', 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    const event = { 'x-gitlab-event': 'Push Hook' };
    const door = `${name}/triggers/gitlab`;
    expect(await send(shared, door, body, { ...event, 'x-gitlab-token': token })).toMatchObject({ status: 401 });
    expect(await send(shared, door, body, { ...event, ...signed })).toMatchObject({ status: 202 });
    expect(await outcomes(shared, name, 'push', 1)).toMatchObject([{ outcome: 'began', commit }]);
  });
});

describe('a trigger whose secret cannot be read', () => {
  it('says so as its problem, with the variable, and no problem once it can', async () => {
    await pipeline('{provider: github, secret: env:NO_SUCH_HOOK}');
    expect(await requireTrigger(shared, name, 'push')).toMatchObject({
      problem: 'The variable NO_SUCH_HOOK is not set on the server; put the secret there or change the reference.',
    });
    await github();
    expect(await requireTrigger(shared, name, 'push')).toMatchObject({ problem: null });
  });
});

describe('a pipeline whose trigger could never begin a run is refused', () => {
  it.each([
    ['a push without a source', `on: [{push: {provider: github, secret: env:S}}]`, 'has no "source"'],
    ['a pattern of the calendar that is none', `on: [{cron: 61 * * * *}]`, 'is not a valid schedule'],
    [
      'a time zone that is none',
      `on: [{cron: 0 3 * * *, timeZone: Mars/Olympus}]`,
      'Mars/Olympus is not a valid schedule',
    ],
    ['a param that it does not have', `on: [{cron: 0 3 * * *, params: {x: 1}}]`, 'has no such param'],
    ['two of one name', `on: [{name: a, cron: 0 3 * * *}, {name: a, cron: 0 4 * * *}]`, 'two triggers have the name'],
    ['data that is two', `on: [{data: {object: /a, table: bill_row}}]`, 'name either an "object" or a "table"'],
    ['data looked at all the time', `on: [{data: {object: /a, every: 1s}}]`, 'at least 10s'],
    ['a relative path', `on: [{data: {object: a/b}}]`, 'on'],
    ['a secret in clear text', `on: [{push: {provider: github, secret: hush}}]`, 'the secret itself is not accepted'],
    [
      'an event of its own',
      `on: [{event: {type: model_version.created, model: m}}], steps: {a: {run: x}, r: {uses: register, model: m, of: a}}`,
      'would start endlessly',
    ],
  ])('%s', async (_what, spec, words) => {
    const steps = spec.includes('steps:') ? '' : ', steps: {a: {run: x}}';
    expect(await catchProblem(applied(shared, `${header()}{${spec}${steps}}}`))).toMatchObject({
      code: 'manifest_invalid',
      detail: expect.stringContaining(words),
    });
  });
});
