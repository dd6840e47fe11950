import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEachStore } from '../support/stores.ts';
import { type Doors, openDoors, type Role, sent } from './doors.ts';

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many routes, each asserted on as it is.
  readonly body: any;
}

onEachStore(({ newDatabase }) => {
  let doors: Doors;
  beforeAll(async () => {
    doors = await openDoors({}, { database: await newDatabase() });
  });
  afterAll(() => doors?.[Symbol.asyncDispose]());

  const call = async (
    role: Role | { readonly authorization: string },
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    payload?: object | string,
  ): Promise<Answer> => {
    const who = typeof role === 'string' ? doors.as(role) : role;
    const answer = await doors.application.http.inject({
      method,
      url,
      headers: {
        host: 'localhost',
        ...(typeof payload === 'object' ? { 'content-type': 'application/json' } : {}),
        ...who,
      },
      ...(payload === undefined ? {} : { payload }),
    });
    return {
      status: answer.statusCode,
      body: answer.headers['content-type']?.includes('json') ? answer.json() : answer.body,
    };
  };
  const mlflow = (role: Role | { readonly authorization: string }, path: string, body: object) =>
    call(role, 'POST', `/api/2.0/mlflow/${path}`, body);
  const refused = { status: 403, body: { error_code: 'PERMISSION_DENIED' } };
  const apply = async (...documents: object[]) => {
    const files = documents.map((document, index) => ({ file: `${index}.yaml`, text: JSON.stringify(document) }));
    await sent(doors.application, 'POST', '/api/v1/apply', doors.as('admin'), { documents: files });
  };
  const team = (name: string) => ({ apiVersion: 'steelyard/v1', kind: 'Team', metadata: { name } });
  const newRun = async (role: Role | { readonly authorization: string }, tags: Record<string, string> = {}) => {
    const given = Object.entries(tags).map(([key, value]) => ({ key, value }));
    const { status, body } = await mlflow(role, 'runs/create', { experiment_id: '0', tags: given });
    expect([status, body.error_code]).toEqual([200, undefined]);
    return body.run.info.run_id as string;
  };

  describe('what belongs to a team', () => {
    const other = { authorization: '' };
    beforeAll(async () => {
      await apply(team('alpha'), team('beta'), {
        apiVersion: 'steelyard/v1',
        kind: 'Project',
        metadata: { name: 'alpha-search' },
        spec: { team: 'alpha' },
      });
      const account = { name: 'outsider', role: 'contributor', password: null };
      await sent(doors.application, 'POST', '/api/v1/accounts', doors.as('admin'), account);
      const token = await sent(doors.application, 'POST', '/api/v1/tokens', doors.as('admin'), {
        label: 'x',
        account: 'outsider',
      });
      other.authorization = `Bearer ${(token as { secret: string }).secret}`;
      const members = '/api/v1/teams/alpha/members';
      expect((await call('operator', 'PUT', `${members}/contributor`, { role: 'contributor' })).status).toBe(403);
      expect((await call('admin', 'PUT', `${members}/contributor`, { role: 'contributor' })).status).toBe(200);
      expect((await call('admin', 'PUT', `${members}/nobody-here`, { role: 'viewer' })).status).toBe(404);
      expect((await call('admin', 'PUT', '/api/v1/teams/none/members/contributor', { role: 'viewer' })).status).toBe(
        404,
      );
      expect((await call('viewer', 'GET', members)).body.members).toMatchObject([
        { team: 'alpha', account: 'contributor', role: 'contributor' },
      ]);
    });

    it('is changed by its contributors, operators and administrators, and by no other contributor', async () => {
      const run_id = await newRun('contributor', { 'steelyard.team': 'alpha' });
      const metric = { run_id, key: 'm', value: 1, timestamp: 1, step: 0 };
      const tag = { run_id, key: 'x', value: '1' };
      for (const [path, body] of [
        ['runs/log-metric', metric],
        ['runs/log-batch', { run_id, metrics: [metric] }],
        ['runs/set-tag', tag],
        ['runs/delete-tag', { run_id, key: 'x' }],
        ['runs/update', { run_id, status: 'FAILED' }],
        ['runs/delete', { run_id }],
        ['logged-models', { experiment_id: '0', source_run_id: run_id, name: 'model' }],
      ] as const) {
        expect([path, await mlflow(other, path, body)]).toMatchObject([path, refused]);
      }
      const artifact = `/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts/a.txt`;
      expect(await call(other, 'PUT', artifact, 'x')).toMatchObject(refused);
      const begin = { path: 'a.txt', num_parts: 1 };
      const parts = `/api/2.0/mlflow-artifacts/mpu/create/0/${run_id}/artifacts`;
      expect(await call(other, 'POST', parts, begin)).toMatchObject(refused);
      expect((await call(other, 'PATCH', `/api/v1/runs/${run_id}`, { tags: { x: '2' } })).body.code).toBe(
        'not_permitted',
      );
      expect((await call(other, 'POST', '/api/v1/runs/delete', { runIds: [run_id] })).body.code).toBe('not_permitted');
      expect(
        (await call('viewer', 'GET', `/api/2.0/mlflow/runs/get?run_id=${run_id}`)).body.run.data.metrics,
      ).toBeUndefined();
      for (const role of ['contributor', 'operator', 'admin'] as const) {
        expect((await mlflow(role, 'runs/log-metric', metric)).status).toBe(200);
      }
      expect((await call('contributor', 'PUT', artifact, 'x')).status).toBe(200);
    });

    it('is not given to a team by who is no contributor of it, nor taken from one', async () => {
      const free = await newRun(other);
      const give = (value: string, key = 'steelyard.team') =>
        mlflow(other, 'runs/set-tag', { run_id: free, key, value });
      expect(await give('alpha')).toMatchObject(refused);
      expect(await give('alpha-search', 'steelyard.project')).toMatchObject(refused);
      const tags = [{ key: 'steelyard.team', value: 'alpha' }];
      expect(await mlflow(other, 'runs/create', { experiment_id: '0', tags })).toMatchObject(refused);
      expect(await mlflow(other, 'runs/log-batch', { run_id: free, tags })).toMatchObject(refused);
      expect((await call(other, 'PATCH', `/api/v1/runs/${free}`, { tags: { 'steelyard.team': 'alpha' } })).status).toBe(
        403,
      );
      // A name that no team has is a word like any other.
      expect((await give('no-such-team')).status).toBe(200);
      const owned = await newRun('contributor', { 'steelyard.project': 'alpha-search' });
      expect(
        await mlflow(other, 'runs/set-tag', { run_id: owned, key: 'steelyard.team', value: 'beta' }),
      ).toMatchObject(refused);
      expect(await mlflow(other, 'runs/delete-tag', { run_id: owned, key: 'steelyard.project' })).toMatchObject(
        refused,
      );
    });

    it('covers the runs of an experiment and the versions of a model that carry the team', async () => {
      const name = `alpha ${doors.application.config.data}`.slice(0, 60);
      const created = await mlflow('contributor', 'experiments/create', {
        name,
        tags: [{ key: 'steelyard.team', value: 'alpha' }],
      });
      const { experiment_id } = created.body;
      expect(await mlflow(other, 'runs/create', { experiment_id })).toMatchObject(refused);
      expect(await mlflow(other, 'experiments/update', { experiment_id, new_name: 'mine' })).toMatchObject(refused);
      expect((await call(other, 'PATCH', `/api/v1/experiments/${experiment_id}`, { name: 'mine' })).status).toBe(403);
      expect((await mlflow('contributor', 'runs/create', { experiment_id })).status).toBe(200);
      const model = { name: 'alpha-model', tags: [{ key: 'steelyard.team', value: 'alpha' }] };
      expect(await mlflow(other, 'registered-models/create', model)).toMatchObject(refused);
      expect((await mlflow('contributor', 'registered-models/create', model)).status).toBe(200);
      const version = { name: 'alpha-model', source: 's3://bucket/1' };
      expect(await mlflow(other, 'model-versions/create', version)).toMatchObject(refused);
      expect((await mlflow('contributor', 'model-versions/create', version)).status).toBe(200);
      const alias = { name: 'alpha-model', alias: 'shadow', version: '1' };
      expect(await mlflow(other, 'registered-models/alias', alias)).toMatchObject(refused);
      expect((await call(other, 'PUT', '/api/v1/models/alpha-model/aliases/shadow', { version: '1' })).status).toBe(
        403,
      );
    });

    it('is open to a member from the next request on, and closed to who was removed or is a viewer there', async () => {
      const run_id = await newRun('contributor', { 'steelyard.team': 'alpha' });
      const tag = async () => (await mlflow(other, 'runs/set-tag', { run_id, key: 'x', value: '1' })).status;
      const membership = '/api/v1/teams/alpha/members/outsider';
      await call('admin', 'PUT', membership, { role: 'contributor' });
      expect(await tag()).toBe(200);
      await call('admin', 'PUT', membership, { role: 'viewer' });
      expect(await tag()).toBe(403);
      await call('admin', 'PUT', membership, { role: 'contributor' });
      expect((await call('admin', 'DELETE', membership)).status).toBe(200);
      expect((await call('admin', 'DELETE', membership)).status).toBe(404);
      expect(await tag()).toBe(403);
      await call('admin', 'PUT', membership, { role: 'contributor' });
      await call('admin', 'DELETE', '/api/v1/accounts/outsider');
      expect((await call('viewer', 'GET', '/api/v1/teams/alpha/members')).body.members).toMatchObject([
        { account: 'contributor' },
      ]);
    });
  });

  describe('artifacts of a registered version', () => {
    it('cannot be written, put together from parts, or deleted; others of the run can', async () => {
      const run_id = await newRun('contributor');
      const at = (path: string) => `/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts/${path}`;
      await call('contributor', 'PUT', at('model/model.onnx'), 'the model');
      await call('contributor', 'PUT', at('model/code/a.py'), 'pass');
      const parts = `/api/2.0/mlflow-artifacts/mpu`;
      const place = `0/${run_id}/artifacts/model`;
      const upload = await call('contributor', 'POST', `${parts}/create/${place}`, {
        path: 'model.onnx',
        num_parts: 1,
      });
      const part = await doors.application.http.inject({
        method: 'PUT',
        url: new URL(upload.body.credentials[0].url).pathname + new URL(upload.body.credentials[0].url).search,
        headers: { host: 'localhost' },
        payload: 'EVIL',
      });
      const name = `frozen-${run_id.slice(0, 6)}`;
      await mlflow('contributor', 'registered-models/create', { name });
      const source = `mlflow-artifacts:/0/${run_id}/artifacts/model`;
      expect((await mlflow('contributor', 'model-versions/create', { name, source, run_id })).status).toBe(200);
      const immutable = { status: 409, body: { error_code: 'RESOURCE_CONFLICT' } };
      for (const role of ['contributor', 'admin'] as const) {
        for (const path of [
          'model/model.onnx',
          'model/new.txt',
          'model',
          'model/../model/x',
          'model//x',
          'model%2Fx',
        ]) {
          const answer = await call(role, 'PUT', at(path), 'EVIL-MODEL');
          expect([path, answer.status]).not.toEqual([path, 200]);
        }
        expect(await call(role, 'PUT', at('model/model.onnx'), 'EVIL-MODEL')).toMatchObject(immutable);
      }
      const completing = {
        path: 'model.onnx',
        upload_id: upload.body.upload_id,
        parts: [{ part_number: 1, etag: part.headers.etag }],
      };
      expect(await call('contributor', 'POST', `${parts}/complete/${place}`, completing)).toMatchObject(immutable);
      expect(await call('contributor', 'POST', `${parts}/create/${place}`, { path: 'x', num_parts: 1 })).toMatchObject(
        immutable,
      );
      const uploading = `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run_id}&path=model/model.onnx`;
      expect(await call('contributor', 'POST', uploading, 'EVIL')).toMatchObject(immutable);
      for (const path of [
        at('model/model.onnx'),
        at('model'),
        at(''),
        `/api/2.0/mlflow-artifacts/artifacts/0/${run_id}`,
      ]) {
        expect([path, await call('operator', 'DELETE', path)]).toMatchObject([path, immutable]);
      }
      expect((await call('contributor', 'PUT', at('model2/x'), 'x')).status).toBe(200);
      expect((await call('contributor', 'PUT', at('logs/later.txt'), 'x')).status).toBe(200);
      expect((await call('operator', 'DELETE', at('logs'))).status).toBe(200);
      const read = await call('viewer', 'GET', `/model-versions/get-artifact?name=${name}&version=1&path=model.onnx`);
      expect(read.body).toBe('the model');
      expect((await mlflow('contributor', 'runs/delete', { run_id })).status).toBe(200);
      const kept = await call('viewer', 'GET', `/model-versions/get-artifact?name=${name}&version=1&path=model.onnx`);
      expect(kept.body).toBe('the model');
      const sha = (text: string) => createHash('sha256').update(text).digest('hex');
      const lines = [
        ['code/a.py', 4, sha('pass')],
        ['model.onnx', 9, sha('the model')],
      ].map((line) => JSON.stringify(line));
      await expect
        .poll(async () => (await call('viewer', 'GET', `/api/v1/models/${name}/versions/1`)).body.files)
        .toEqual({ digest: sha(lines.join('\n')), count: 2, sizeBytes: 13 });
      await call('operator', 'DELETE', '/api/2.0/mlflow/model-versions/delete', { name, version: '1' });
      expect((await call('operator', 'DELETE', at('model/model.onnx'))).status).toBe(200);
    });

    it('are frozen too where the version names its run by runs:/, or a logged model', async () => {
      const run_id = await newRun('contributor');
      await mlflow('contributor', 'registered-models/create', { name: 'by-uri' });
      const source = `runs:/${run_id}/m`;
      expect((await mlflow('contributor', 'model-versions/create', { name: 'by-uri', source, run_id })).status).toBe(
        200,
      );
      const at = `/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts/m/x`;
      expect((await call('contributor', 'PUT', at, 'x')).status).toBe(409);
      const logged = await mlflow('contributor', 'logged-models', {
        experiment_id: '0',
        source_run_id: run_id,
        name: 'm',
      });
      const { model_id, artifact_uri } = logged.body.model.info;
      const inside = `/api/2.0/mlflow-artifacts/artifacts/${String(artifact_uri).replace('mlflow-artifacts:/', '')}/MLmodel`;
      expect((await call('contributor', 'PUT', inside, 'x')).status).toBe(200);
      await mlflow('contributor', 'model-versions/create', { name: 'by-uri', source: `models:/${model_id}` });
      expect((await call('contributor', 'PUT', inside, 'y')).status).toBe(409);
    });
  });

  describe('an alias that a policy governs', () => {
    beforeAll(async () => {
      await sent(doors.application, 'POST', '/api/2.0/mlflow/registered-models/create', doors.as('admin'), {
        name: 'prod',
      });
      for (const source of ['s3://bucket/1', 's3://bucket/2']) {
        await mlflow('contributor', 'model-versions/create', { name: 'prod', source });
      }
      await mlflow('contributor', 'registered-models/alias', { name: 'prod', alias: 'champion', version: '1' });
      await apply(policyOf('production', { model: 'prod' }));
    });
    const policyOf = (name: string, owner: object) => ({
      apiVersion: 'steelyard/v1',
      kind: 'Policy',
      metadata: { name },
      spec: {
        ...owner,
        currency: 'USD',
        quality: [{ metric: 'accuracy', direction: 'higher', floor: '0.5' }],
        cost: [{ measure: 'trainingCost', atMost: '1' }],
      },
    });
    const champion = async () =>
      (await call('viewer', 'GET', '/api/2.0/mlflow/registered-models/alias?name=prod&alias=champion')).body
        .model_version.version;

    it('is not moved, deleted or renamed away by MLflow’s clients, whoever asks, and the answer says how to', async () => {
      for (const role of ['contributor', 'admin'] as const) {
        const moved = await mlflow(role, 'registered-models/alias', { name: 'prod', alias: 'champion', version: '2' });
        expect(moved).toMatchObject(refused);
        expect(moved.body.message).toContain('steelyard gate check prod 2 --policy production');
        const alias = { name: 'prod', alias: 'champion' };
        expect(await call(role, 'DELETE', '/api/2.0/mlflow/registered-models/alias', alias)).toMatchObject(refused);
        const renamed = { name: 'prod', new_name: 'mine' };
        expect(await mlflow(role, 'registered-models/rename', renamed)).toMatchObject(refused);
      }
      expect(await call('admin', 'DELETE', '/api/2.0/mlflow/registered-models/delete', { name: 'prod' })).toMatchObject(
        refused,
      );
      const version = { name: 'prod', version: '1' };
      expect(await call('admin', 'DELETE', '/api/2.0/mlflow/model-versions/delete', version)).toMatchObject(refused);
      expect(await champion()).toBe('1');
      const free = { name: 'prod', alias: 'shadow', version: '2' };
      expect((await mlflow('contributor', 'registered-models/alias', free)).status).toBe(200);
    });

    it('of a policy of the team stays governed: only an administrator changes the team of the model', async () => {
      const tag = { name: 'of-alpha', key: 'steelyard.team' };
      const setTeam = (role: 'contributor' | 'admin', value: string) =>
        mlflow(role, 'registered-models/set-tag', { ...tag, value });
      await mlflow('contributor', 'registered-models/create', { name: 'of-alpha' });
      expect((await setTeam('contributor', 'alpha')).status).toBe(200);
      await apply(policyOf('alpha-production', { team: 'alpha' }));
      expect((await setTeam('contributor', 'alpha')).status).toBe(200);
      const deleted = await call('contributor', 'DELETE', '/api/2.0/mlflow/registered-models/delete-tag', tag);
      expect(deleted).toMatchObject(refused);
      expect(deleted.body.message).toContain('Policy "alpha-production" of team "alpha" governs');
      expect(await setTeam('contributor', 'gamma')).toMatchObject(refused);
      expect((await setTeam('admin', 'gamma')).status).toBe(200);
      await apply(policyOf('alpha-production', { model: 'no-model' }));
    });

    it('is moved by an administrator with a reason, which is a decision from then on', async () => {
      const url = '/api/v1/models/prod/aliases/champion';
      const reason = 'rollback of an outage';
      expect((await call('admin', 'PUT', url, { version: '2' })).body.code).toBe('alias_governed');
      for (const role of ['contributor', 'operator'] as const) {
        expect((await call(role, 'PUT', url, { version: '2', reason })).body.code).toBe('alias_governed');
      }
      expect((await call('admin', 'PUT', url, { version: '2', reason })).body).toEqual({
        version: '2',
        previousVersion: '1',
      });
      expect(await champion()).toBe('2');
      const acts = await call('viewer', 'GET', '/api/v1/decided-acts?about=prod%40champion');
      expect(acts.body.acts).toMatchObject([
        {
          actor: 'admin',
          act: 'overridden',
          subject: { model: 'prod', modelVersion: '2' },
          evidence: { alias: 'champion', from: '1', to: '2', reason, policies: ['production'] },
        },
      ]);
    });
  });
});
