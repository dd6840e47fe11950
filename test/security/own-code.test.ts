import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOver, type PipelineRun, uploadPipelineCode } from '../../src/mlops/pipelines/schema.ts';
import { archived } from '../../src/mlops/testing/pipelines.ts';
import { newRepository } from '../../src/mlops/testing/triggers.ts';
import { type Doors, openDoors, type Role, sent } from './doors.ts';

/** A server whose steps run as its own user, so that contributors may not bring code. */
let doors: Doors;
beforeAll(async () => {
  doors = await openDoors({}, { processExecutor: 'on' });
  await doors.application.http.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => doors?.[Symbol.asyncDispose]());

const pipelineOf = (name: string, spec: object) => ({
  apiVersion: 'steelyard/v1',
  kind: 'Pipeline',
  metadata: { name },
  spec,
});

async function apply(...documents: object[]): Promise<void> {
  const files = documents.map((document, index) => ({ file: `${index}.yaml`, text: JSON.stringify(document) }));
  await sent(doors.application, 'POST', '/api/v1/apply', doors.as('admin'), { documents: files });
}

async function ask(role: Role, method: 'GET' | 'POST', url: string, payload?: object) {
  const headers = { host: 'localhost', ...doors.as(role) };
  const answer = await doors.application.http.inject({
    method,
    url,
    headers,
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, body: answer.json() };
}

async function upload(role: Role, files: Record<string, string>) {
  const answer = await doors.application.http.inject({
    method: 'POST',
    url: uploadPipelineCode.path,
    headers: { host: 'localhost', 'content-type': 'application/octet-stream', ...doors.as(role) },
    payload: await archived(files),
  });
  return { status: answer.statusCode, body: answer.json<{ code: string }>() };
}

const look = (url: string) => sent(doors.application, 'GET', url, doors.as('viewer')) as Promise<PipelineRun>;

async function ended(pipeline: string, run: string): Promise<PipelineRun> {
  const url = `/api/v1/pipelines/${pipeline}/runs/${run}`;
  await expect.poll(async () => isOver((await look(url)).state), { timeout: 60_000 }).toBe(true);
  return look(url);
}

const logOf = async (pipeline: string, run: string, step: string) => {
  const log = await sent(doors.application, 'GET', `/api/v1/pipelines/${pipeline}/runs/${run}/log?step=${step}`, {
    ...doors.as('viewer'),
  });
  return (log as { text: string }).text;
};

describe('code that is sent', () => {
  it('runs under the applied document: an archive replaces neither budget nor team, secrets nor commands', async () => {
    const repository = newRepository();
    repository.commit({ 'main.sh': 'echo reviewed' });
    const source = { git: repository.folder };
    const applied = { source, team: 'alpha', budget: '0.00001 USD', steps: { train: { run: 'sh main.sh' } } };
    await apply(
      { apiVersion: 'steelyard/v1', kind: 'Team', metadata: { name: 'alpha' } },
      {
        apiVersion: 'steelyard/v1',
        kind: 'PriceBook',
        metadata: { name: 'own' },
        spec: {
          currency: 'USD',
          source: 'test',
          prices: [{ resource: 'machine', perHour: '36', effectiveFrom: '2026-01-01' }],
        },
      },
      pipelineOf('reviewed', applied),
    );
    const own = pipelineOf('reviewed', { team: 'beta', steps: { train: { run: 'echo replaced', price: '100 USD' } } });
    const files = { 'steelyard.yaml': JSON.stringify(own), 'main.sh': 'echo sent' };
    const { body: sentCode } = await upload('operator', files);
    const began = await ask('operator', 'POST', '/api/v1/pipelines/reviewed/runs', { code: sentCode.code });
    expect(began.status).toBe(200);
    const run = await ended('reviewed', began.body.run);
    const tags = async (id: string | null) =>
      (
        (await sent(doors.application, 'GET', `/api/2.0/mlflow/runs/get?run_id=${id}`, doors.as('viewer'))) as {
          run: { data: { tags: { key: string; value: string }[] } };
        }
      ).run.data.tags.filter(({ key }) => key === 'steelyard.team');
    expect(await tags(run.mlflowRun)).toEqual([{ key: 'steelyard.team', value: 'alpha' }]);
    // The budget of the applied document is too small for a step at the price of this machine.
    expect(run.state).toBe('stopped');
    const again = await ask('operator', 'POST', `/api/v1/pipelines/reviewed/runs/${run.run}/resume`, {});
    const resumed = await ended('reviewed', again.body.run);
    expect(await tags(resumed.mlflowRun)).toEqual([{ key: 'steelyard.team', value: 'alpha' }]);
    expect(resumed.state).toBe(run.state);
    // A commit provides its document, but neither the paying team nor the budget.
    repository.commit(files);
    const fromGit = await ask('operator', 'POST', '/api/v1/pipelines/reviewed/runs', {});
    const committed = await ended('reviewed', fromGit.body.run);
    expect(await tags(committed.mlflowRun)).toEqual([{ key: 'steelyard.team', value: 'alpha' }]);
    expect(committed.state).toBe('stopped');
  });

  it('is not a contributor’s to send or to name where steps run as the user of the server', async () => {
    const repository = newRepository();
    repository.commit({ 'main.sh': 'echo reviewed $WORD' });
    await apply(
      pipelineOf('shared', {
        source: { git: repository.folder },
        params: { word: 'a' },
        steps: { say: { run: 'sh main.sh; echo $' + '{{ params.word }}' } },
      }),
    );
    const runs = '/api/v1/pipelines/shared/runs';
    expect((await upload('contributor', { 'main.sh': 'id' })).status).toBe(403);
    const code = { code: (await upload('operator', { 'main.sh': 'id' })).body.code };
    for (const body of [code, { ref: 'main' }, { params: { word: '$(id)' } }, { params: { word: 'a; id' } }]) {
      const refused = await ask('contributor', 'POST', runs, body);
      expect([refused.status, refused.body]).toMatchObject([403, { code: 'not_permitted' }]);
    }
    const began = await ask('contributor', 'POST', runs, { params: { word: 'plain-1.5' } });
    const run = await ended('shared', began.body.run);
    expect(await logOf('shared', run.run, 'say')).toBe('reviewed\nplain-1.5\n');
    const resumed = await ask('contributor', 'POST', `${runs}/${run.run}/resume`, code);
    expect([resumed.status, resumed.body.code]).toEqual([403, 'not_permitted']);
  });
});

it('is not brought by a document of who may apply and not run code', async () => {
  const apply = async (role: Role, run: string) => {
    const text = JSON.stringify(pipelineOf('applied', { on: [{ cron: '* * * * *' }], steps: { train: { run } } }));
    return ask(role, 'POST', '/api/v1/apply', { documents: [{ file: 'p.yaml', text }] });
  };
  expect(await apply('finance', 'id')).toMatchObject({ status: 403, body: { code: 'not_permitted' } });
  expect((await apply('operator', 'true')).status).toBe(200);
  expect(await apply('finance', 'id')).toMatchObject({ status: 403, body: { code: 'not_permitted' } });
  expect((await apply('finance', 'true')).body.applied).toMatchObject([{ outcome: 'unchanged' }]);
});

it('says that steps share the user of the server', async () => {
  const { engines, warnings } = (await ask('viewer', 'GET', '/api/v1/executors')).body;
  expect([engines, warnings]).toEqual([['process'], [expect.stringContaining('processUser')]]);
});

describe('the secrets of a step', () => {
  it('are masked in its log as it is stored and shown, however they are written, and in what it says of a checkpoint', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'secret-'));
    const [file, value] = [join(folder, 'secret'), 's3cr3t/of the server 0001'];
    writeFileSync(file, `${value}\n`);
    const script = `
echo "key=$KEY"; printf 's3cr3t/of '; sleep 0; echo 'the server 0001'; printf '%s' "$KEY" | base64; printf 's3cr3t/of\\n the server 0001\\n'
echo 's3cr3t%2Fof%20the%20server%200001'; echo "at $KEY" > .steelyard-checkpoint; echo plain`;
    await apply(pipelineOf('secretive', { steps: { say: { run: script, secrets: { KEY: `file:${file}` } } } }));
    const began = await ask('operator', 'POST', '/api/v1/pipelines/secretive/runs', {});
    const run = await ended('secretive', began.body.run);
    const stored = await doors.application.http.inject({
      url: `/get-artifact?run_id=${run.stepList[0]?.mlflowRun}&path=logs/attempt-1.log`,
      headers: { host: 'localhost', ...doors.as('viewer') },
    });
    const lines = stored.body.split('\n');
    expect(lines.map((line) => line.replaceAll(/\*+/g, '*'))).toEqual([
      'key=*',
      '*',
      '*==',
      '*',
      '*',
      '*',
      'plain',
      '',
    ]);
    expect(await logOf('secretive', run.run, 'say')).toBe(stored.body);
    expect(JSON.stringify(run)).not.toContain('s3cr3t');
    expect(JSON.stringify(run.stepList[0])).toContain('at ****');
  });
});

describe('the token of a step', () => {
  it('writes to its own run and those under it, to nothing else, and ends with the step', async () => {
    const script = `
const at = process.env.STEELYARD_URL;
const headers = { 'content-type': 'application/json', authorization: 'Bearer ' + process.env.STEELYARD_TOKEN };
const post = async (path, body) => { const answer = await fetch(at + path, { method: 'POST', headers, body: JSON.stringify(body) }); return [answer.status, await answer.json()]; };
const metric = (run_id) => post('/api/2.0/mlflow/runs/log-metric', { run_id, key: 'm', value: 1, timestamp: 1, step: 0 });
(async () => {
  const own = process.env.MLFLOW_RUN_ID;
  const experiment_id = process.env.MLFLOW_EXPERIMENT_ID;
  const create = (tags) => post('/api/2.0/mlflow/runs/create', { experiment_id, tags });
  const [, nested] = await create([{ key: 'mlflow.parentRunId', value: own }]);
  const other = process.env.OTHER_RUN;
  const put = async (run) => (await fetch(at + '/api/2.0/mlflow-artifacts/artifacts/' + experiment_id + '/' + run + '/artifacts/a.txt', { method: 'PUT', headers: { authorization: headers.authorization }, body: 'x' })).status;
  const answers = async (run) => (await fetch(at + '/api/v1/retrainings/none/rounds/1/answers/' + run, { method: 'PUT', headers: { ...headers, 'content-type': 'application/octet-stream' }, body: '{}' })).status;
  const lease = async (reservation, subject) => (await post('/api/v1/budget-reservations', { reservation, subject, resource: 'machine', quantity: '1', origin: 'the step' }))[0];
  console.log(JSON.stringify({
    own: (await metric(own))[0], nested: (await metric(nested.run.info.run_id))[0], other: (await metric(other))[0],
    artifact: await put(own), otherArtifact: await put(other),
    answers: await answers(own), otherAnswers: await answers(other),
    free: (await create([]))[0], underOther: (await create([{ key: 'mlflow.parentRunId', value: other }]))[0],
    token: (await post('/api/v1/tokens', { label: 'x' }))[0], run: (await post('/api/v1/pipelines/steps/runs', {}))[0],
    lease: await lease('own', { run: own }), otherLease: await lease('other', { run: other }), teamLease: await lease('team', { run: own, team: 'alpha' }),
    delete: (await post('/api/2.0/mlflow/runs/delete', { run_id: other }))[0],
    alias: (await post('/api/2.0/mlflow/registered-models/alias', { name: 'm', alias: 'a', version: '1' }))[0],
  }));
  console.log(process.env.STEELYARD_TOKEN.split('').join(' '));
})();`;
    const created = await ask('contributor', 'POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0' });
    const env = { OTHER_RUN: created.body.run.info.run_id };
    await apply(pipelineOf('steps', { steps: { train: { run: [process.execPath, '-e', script], env } } }));
    const began = await ask('operator', 'POST', '/api/v1/pipelines/steps/runs', {});
    const run = await ended('steps', began.body.run);
    const [answers = '', spelled = ''] = (await logOf('steps', run.run, 'train')).split('\n');
    expect(JSON.parse(answers)).toEqual({
      own: 200,
      nested: 200,
      other: 403,
      artifact: 200,
      otherArtifact: 403,
      answers: 404,
      otherAnswers: 403,
      free: 403,
      underOther: 403,
      token: 403,
      run: 403,
      lease: 200,
      otherLease: 403,
      teamLease: 403,
      delete: 403,
      alias: 403,
    });
    const token = spelled.replaceAll(' ', '');
    expect(token).toMatch(/^sy_work_/);
    const after = await doors.application.http.inject({
      url: '/api/v1/pipelines',
      headers: { host: 'localhost', authorization: `Bearer ${token}` },
    });
    expect(after.statusCode).toBe(401);
  });
});
