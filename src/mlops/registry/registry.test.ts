import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import { sharedApplication } from '../../testing/shared.ts';
import { unknownCost } from '../tracking/index.ts';
import { eventsAbout, mlflow, newRun, post, textAt, valueAt } from '../wire/testing.ts';
import { getModel, getModelVersion, listModels, listModelVersions } from './schema.ts';

const application = await sharedApplication();
/** Target of calls that are refused and change nothing in it. */
await withVersions('m', 1);
await post(application, 'registered-models/create', { name: 'taken' });
const sharedRun = await newRun(application);

async function withVersions(name: string, count: number): Promise<void> {
  await post(application, 'registered-models/create', { name });
  for (let version = 1; version <= count; version += 1) {
    await post(application, 'model-versions/create', { name, source: `s3://bucket/${name}/${version}` });
  }
}

describe('registered models', () => {
  it('are described, tagged, renamed with all that is theirs, and deleted', async () => {
    await withVersions('described', 2);
    await mlflow(application, 'PATCH', 'registered-models/update', { name: 'described', description: 'd' });
    await post(application, 'registered-models/set-tag', { name: 'described', key: 'k', value: 'v' });
    await post(application, 'model-versions/set-tag', { name: 'described', version: '2', key: 'vk', value: 'vv' });
    await post(application, 'registered-models/alias', { name: 'described', alias: 'a', version: '2' });
    const { registered_model } = await post(application, 'registered-models/rename', {
      name: 'described',
      new_name: 'renamed',
    });
    expect(registered_model).toMatchObject({
      name: 'renamed',
      description: 'd',
      tags: [{ key: 'k', value: 'v' }],
      aliases: [{ alias: 'a', version: '2' }],
      latest_versions: [{ name: 'renamed', version: '2', tags: [{ key: 'vk', value: 'vv' }], aliases: ['a'] }],
    });
    expect((await mlflow(application, 'DELETE', 'registered-models/delete', { name: 'renamed' })).body).toEqual({});
    expect((await mlflow(application, 'GET', 'model-versions/get', { name: 'renamed', version: '1' })).status).toBe(
      404,
    );
  });

  it.each([
    ['POST', 'registered-models/create', {}, 400, 'INVALID_PARAMETER_VALUE'],
    ['POST', 'registered-models/create', { name: 'm' }, 400, 'RESOURCE_ALREADY_EXISTS'],
    ['POST', 'registered-models/create', { name: 'a/b' }, 400, 'INVALID_PARAMETER_VALUE'],
    ['POST', 'registered-models/create', { name: ' ' }, 400, 'INVALID_PARAMETER_VALUE'],
    ['POST', 'registered-models/create', { name: '..' }, 400, 'INVALID_PARAMETER_VALUE'],
    ['POST', 'registered-models/rename', { name: 'm', new_name: 'taken' }, 400, 'RESOURCE_ALREADY_EXISTS'],
    ['POST', 'registered-models/rename', { name: 'none', new_name: 'x' }, 404, 'RESOURCE_DOES_NOT_EXIST'],
    ['PATCH', 'registered-models/update', { name: 'none' }, 404, 'RESOURCE_DOES_NOT_EXIST'],
    ['DELETE', 'registered-models/delete', { name: 'none' }, 404, 'RESOURCE_DOES_NOT_EXIST'],
    ['GET', 'registered-models/get', { name: 'none' }, 404, 'RESOURCE_DOES_NOT_EXIST'],
    [
      'POST',
      'registered-models/set-tag',
      { name: 'm', key: 'k', value: 'x'.repeat(100_001) },
      400,
      'INVALID_PARAMETER_VALUE',
    ],
    ['POST', 'registered-models/get-latest-versions', { name: 'm', stages: ['Live'] }, 400, 'INVALID_PARAMETER_VALUE'],
    ['POST', 'model-versions/create', { name: 'none', source: 's3://b/x' }, 404, 'RESOURCE_DOES_NOT_EXIST'],
    ['GET', 'model-versions/get', { name: 'm', version: 'one' }, 400, 'INVALID_PARAMETER_VALUE'],
    ['GET', 'model-versions/get', { name: 'm', version: '99999999999' }, 404, 'RESOURCE_DOES_NOT_EXIST'],
    [
      'POST',
      'model-versions/transition-stage',
      { name: 'm', version: '1', stage: 'Live' },
      400,
      'INVALID_PARAMETER_VALUE',
    ],
    [
      'POST',
      'model-versions/transition-stage',
      { name: 'm', version: '1', stage: 'none', archive_existing_versions: true },
      400,
      'INVALID_PARAMETER_VALUE',
    ],
    ['POST', 'registered-models/alias', { name: 'm', alias: 'a b', version: '1' }, 400, 'INVALID_PARAMETER_VALUE'],
    ['POST', 'registered-models/alias', { name: 'm', alias: 'Latest', version: '1' }, 400, 'INVALID_PARAMETER_VALUE'],
    ['POST', 'registered-models/alias', { name: 'm', alias: 'v12', version: '1' }, 400, 'INVALID_PARAMETER_VALUE'],
    [
      'POST',
      'registered-models/alias',
      { name: 'm', alias: 'x'.repeat(256), version: '1' },
      400,
      'INVALID_PARAMETER_VALUE',
    ],
    ['POST', 'registered-models/alias', { name: 'm', alias: 'a', version: '7' }, 404, 'RESOURCE_DOES_NOT_EXIST'],
    ['GET', 'registered-models/alias', { name: 'm', alias: 'none' }, 400, 'INVALID_PARAMETER_VALUE'],
    ['GET', 'registered-models/alias', { name: 'taken', alias: 'latest' }, 404, 'RESOURCE_DOES_NOT_EXIST'],
    ['DELETE', 'registered-models/alias', { name: 'm', alias: 'none' }, 200, undefined],
    ['DELETE', 'registered-models/delete-tag', { name: 'm', key: 'none' }, 200, undefined],
    ['DELETE', 'model-versions/delete-tag', { name: 'm', version: '1', key: 'none' }, 200, undefined],
    ['GET', 'registered-models/search', { max_results: 1001 }, 400, 'INVALID_PARAMETER_VALUE'],
    ['GET', 'registered-models/search', { filter: "description = 'x'" }, 400, 'INVALID_PARAMETER_VALUE'],
    ['GET', 'model-versions/search', { max_results: 200_001 }, 400, 'INVALID_PARAMETER_VALUE'],
    ['GET', 'model-versions/search', { order_by: 'current_stage' }, 400, 'INVALID_PARAMETER_VALUE'],
    ['GET', 'model-versions/search', { filter: "version_number = 'x'" }, 400, 'INVALID_PARAMETER_VALUE'],
  ] as const)('%s %s of %j', async (method, path, message, status, errorCode) => {
    const answer = await mlflow(application, method, path, message);
    expect([answer.status, answer.body.error_code]).toEqual([status, errorCode]);
  });

  it('say what a taken name stands for', async () => {
    const prompt = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }];
    const create = async (name: string, tags: readonly object[] = []) =>
      (await mlflow(application, 'POST', 'registered-models/create', { name, tags })).body.message;
    await create('model');
    await create('prompt', prompt);
    expect(await create('model')).toBe('Registered Model (name=model) already exists.');
    expect(await create('prompt', prompt)).toBe('Prompt (name=prompt) already exists.');
    expect(await create('model', prompt)).toContain("'model', but the name is already taken by a registered model.");
    expect(await create('prompt')).toContain("'prompt', but the name is already taken by a prompt.");
  });

  it('are searched by name and tags, prompts only when asked for, in pages', async () => {
    await using application = await testApplication();
    for (const [name, tags] of [
      ['a', { team: 'x' }],
      ['b', { team: 'x', tier: '1' }],
      ['p', { 'mlflow.prompt.is_prompt': 'true' }],
    ] as const) {
      const pairs = Object.entries(tags).map(([key, value]) => ({ key, value }));
      await post(application, 'registered-models/create', { name, tags: pairs });
    }
    const names = async (message: object) => {
      const { body } = await mlflow(application, 'GET', 'registered-models/search', { ...message });
      const models = Array.isArray(body.registered_models) ? body.registered_models : [];
      return [models.map((model: unknown) => textAt(model, 'name')), body.next_page_token] as const;
    };
    expect((await names({}))[0]).toEqual(['a', 'b']);
    expect((await names({ filter: "tags.team = 'x' and tags.tier = '1'" }))[0]).toEqual(['b']);
    expect((await names({ filter: "name IN ('a', 'p')" }))[0]).toEqual(['a']);
    expect((await names({ filter: "tags.`mlflow.prompt.is_prompt` = 'true'" }))[0]).toEqual(['p']);
    const [first, page_token] = await names({ max_results: 1, order_by: ['name DESC'] });
    const [second, end] = await names({ max_results: 1, order_by: ['name DESC'], page_token });
    expect([first, second, end]).toEqual([['b'], ['a'], undefined]);
  });
});

describe('model versions', () => {
  it('never give a number twice, deleted versions included', async () => {
    await withVersions('counted', 2);
    await mlflow(application, 'DELETE', 'model-versions/delete', { name: 'counted', version: '2' });
    const { model_version } = await post(application, 'model-versions/create', { name: 'counted', source: 's3://b/x' });
    expect(model_version).toMatchObject({ version: '3', status: 'READY', current_stage: 'None' });
  });

  it('give up their aliases when they are deleted', async () => {
    await withVersions('aliases', 1);
    await post(application, 'registered-models/alias', { name: 'aliases', alias: 'champion', version: '1' });
    await mlflow(application, 'DELETE', 'model-versions/delete', { name: 'aliases', version: '1' });
    const { body } = await mlflow(application, 'GET', 'registered-models/get', { name: 'aliases' });
    expect(body.registered_model).not.toHaveProperty('aliases');
    expect(eventsAbout(application, 'model:aliases')).toMatchObject([
      { type: 'model_version.created', version: '1', source: 's3://bucket/aliases/1' },
      { type: 'model_alias.set', alias: 'champion', version: '1', previousVersion: null },
      { type: 'model_alias.deleted', alias: 'champion', version: '1' },
    ]);
  });

  it('move through stages and push the others out when asked to', async () => {
    await withVersions('staged', 3);
    const move = (version: string, stage: string, archive = false) =>
      post(application, 'model-versions/transition-stage', {
        name: 'staged',
        version,
        stage,
        archive_existing_versions: archive,
      });
    await move('1', 'production');
    await move('2', 'PRODUCTION');
    await move('3', 'Production', true);
    const { body } = await mlflow(application, 'GET', 'model-versions/search', {
      filter: "name = 'staged'",
      order_by: 'version_number ASC',
    });
    const versions = Array.isArray(body.model_versions) ? body.model_versions : [];
    expect(versions.map((version: unknown) => textAt(version, 'current_stage'))).toEqual([
      'Archived',
      'Archived',
      'Production',
    ]);
    const newest = await post(application, 'registered-models/get-latest-versions', { name: 'staged' });
    expect(valueAt(newest, 'model_versions')).toMatchObject([{ version: '2' }, { version: '3' }]);
  });

  it('are found behind an alias, and the newest behind latest', async () => {
    await withVersions('behind', 2);
    await post(application, 'registered-models/alias', { name: 'behind', alias: 'champion', version: '1' });
    await post(application, 'registered-models/alias', { name: 'behind', alias: 'champion', version: '1' });
    const behind = async (alias: string) =>
      textAt(
        (await mlflow(application, 'GET', 'registered-models/alias', { name: 'behind', alias })).body,
        'model_version',
        'version',
      );
    expect([await behind('champion'), await behind('latest')]).toEqual(['1', '2']);
    expect(eventsAbout(application, 'model:behind')).toHaveLength(3);
  });

  it('of another version have its artifacts, run and model', async () => {
    const run_id = await newRun(application);
    await post(application, 'registered-models/create', { name: 'origin' });
    await post(application, 'model-versions/create', { name: 'origin', source: 's3://b/x', run_id });
    await post(application, 'registered-models/alias', { name: 'origin', alias: 'champion', version: '1' });
    await post(application, 'registered-models/create', { name: 'copy' });
    for (const source of [
      'models:/origin/1',
      'models:/origin@champion',
      'models:/origin/latest',
      'models:/origin/None',
    ]) {
      const { model_version } = await post(application, 'model-versions/create', { name: 'copy', source });
      expect(model_version).toMatchObject({ source: 'models:/origin/1', run_id });
      const query = { name: 'copy', version: textAt(model_version, 'version') };
      const { body } = await mlflow(application, 'GET', 'model-versions/get-download-uri', query);
      expect(body).toEqual({ artifact_uri: 's3://b/x' });
    }
  });

  it.each([
    '/etc/passwd',
    './relative',
    'relative/path',
    '../../up',
    'C:\\windows',
    'C:/windows',
    '\\\\host\\share',
    'file:///etc/passwd',
    'file://host/etc/passwd',
    'file:../x',
    's3://bucket/a/../../b',
    's3://bucket/%2e%2e/b',
    's3://bucket/%252e%252e/b',
    's3://bucket/a\\..\\b',
    's3://bucket/a#/../b',
    's3://bucket/a?x=/../b',
    's3://bucket/a%00b',
    'mlflow-artifacts:/..%2f..%2fetc',
    'mlflow-artifacts://host/../x',
    'http://host/api/2.0/mlflow-artifacts/artifacts/../../x',
    's3://bucket/./b',
    'models:/none/1',
    'models:/m-0123',
    'models:/a/b/c',
    'models:',
    'runs:/x/../../y',
    'runs:/0123/model',
    'mlflow-artifacts:/0/run/artifacts/model',
    'mlflow-artifacts:0/run',
    'https://example.org/model/',
    's3:bucket',
  ])('may not come from %s', async (source) => {
    // A prompt's tag does not switch the check off (CVE-2026-2614).
    const tags = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }];
    for (const extra of [{}, { run_id: sharedRun }, { tags }, { model_id: 'm-none' }]) {
      const answer = await mlflow(application, 'POST', 'model-versions/create', { name: 'm', source, ...extra });
      expect([400, 404]).toContain(answer.status);
    }
  });

  it.each(['s3://bucket/a//b', 's3://bucket/a....b/c', 'dbfs:/databricks/mlflow-tracking/x'])(
    'may come from %s',
    async (source) => {
      const name = source.replaceAll(/[/:]/g, '-');
      await post(application, 'registered-models/create', { name });
      const { model_version } = await post(application, 'model-versions/create', { name, source });
      expect(model_version).toMatchObject({ source });
    },
  );

  it('may come from the artifacts of the run or logged model that the request names, and from no others', async () => {
    const run_id = await newRun(application);
    const { model } = await post(application, 'logged-models', { experiment_id: '0' });
    const model_id = textAt(model, 'info', 'model_id');
    await post(application, 'registered-models/create', { name: 'of artifacts' });
    const create = async (message: object) =>
      (await mlflow(application, 'POST', 'model-versions/create', { name: 'of artifacts', ...message })).status;
    const [ofRun, ofModel] = [
      `mlflow-artifacts:/0/${run_id}/artifacts`,
      `mlflow-artifacts:/0/models/${model_id}/artifacts`,
    ];
    expect(await create({ source: `${ofRun}/model`, run_id })).toBe(200);
    expect(await create({ source: `runs:/${run_id}/model`, run_id })).toBe(200);
    expect(await create({ source: 'runs:/gone/model', run_id: 'gone' })).toBe(200);
    expect(await create({ source: ofModel, model_id })).toBe(200);
    for (const message of [
      { source: `${ofRun}x/model`, run_id },
      { source: `${ofRun}/model` },
      { source: ofRun, model_id },
      { source: ofModel, run_id },
      { source: `runs:/${run_id}/model`, model_id },
      { source: `runs:/${run_id}x/model`, run_id },
    ]) {
      expect(await create(message)).toBe(400);
    }
  });

  it('are named by the tag of the logged model that they were made of, unless the tag is somebody’s own', async () => {
    const { model } = await post(application, 'logged-models', { experiment_id: '0' });
    const model_id = textAt(model, 'info', 'model_id');
    await post(application, 'registered-models/create', { name: 'm "1"' });
    const create = () =>
      post(application, 'model-versions/create', { name: 'm "1"', source: `models:/${model_id}`, model_id });
    const tag = async () => {
      const { body } = await mlflow(application, 'GET', `logged-models/${model_id}`);
      return valueAt(body, 'model', 'info', 'tags', 0, 'value');
    };
    await create();
    expect(await tag()).toBe('[{"name": "m \\"1\\"", "version": 1}]');
    await create();
    expect(await tag()).toBe('[{"name": "m \\"1\\"", "version": 1}, {"name": "m \\"1\\"", "version": 2}]');
    const own = { tags: [{ key: 'mlflow.modelVersions', value: 'see the wiki' }] };
    await mlflow(application, 'PATCH', `logged-models/${model_id}/tags`, own);
    await create();
    expect(await tag()).toBe('see the wiki');
  });

  it('may come from a local path inside the artifacts of their run, where those are local', async () => {
    const artifact_location = 'file:///data/mlruns';
    const { experiment_id } = await post(application, 'experiments/create', { name: 'local', artifact_location });
    const run_id = await newRun(application, { experiment_id });
    await post(application, 'registered-models/create', { name: 'of local paths' });
    const create = (source: string) =>
      mlflow(application, 'POST', 'model-versions/create', { name: 'of local paths', source, run_id });
    const root = `/data/mlruns/${run_id}/artifacts`;
    for (const inside of [root, `${root}/model`, `file://${root}/model`])
      expect((await create(inside)).status).toBe(200);
    for (const outside of [`${root}/../x`, `${root}x`, `file://${root}/%2e%2e/x`, '/data']) {
      expect((await create(outside)).body.message).toContain('To use a local path as a model version');
    }
  });
});

describe('our own API of models', () => {
  it('shows a version with what was measured in its run and of its logged model', async () => {
    await using application = await testApplication({ clock: { now: () => Date.parse('2026-11-01T00:00:00Z') } });
    const run_id = await newRun(application);
    const { model } = await post(application, 'logged-models', { experiment_id: '0', source_run_id: run_id });
    const model_id = textAt(model, 'info', 'model_id');
    const metrics = [
      { key: 'ndcg', value: 0.1, timestamp: 1 },
      { key: 'loss', value: 'NaN', timestamp: 1 },
    ];
    await post(application, 'runs/log-batch', { run_id, metrics, params: [{ key: 'rank', value: '8' }] });
    await post(application, 'runs/log-metric', { run_id, key: 'ndcg', value: 0.4, timestamp: 2, model_id });
    await post(application, 'runs/log-metric', { run_id, key: 'ndcg', value: 0.2, timestamp: 3, step: 1 });
    await post(application, 'registered-models/create', { name: 'm', tags: [{ key: 'k', value: 'v' }] });
    await post(application, 'model-versions/create', { name: 'm', source: `models:/${model_id}`, model_id });
    await post(application, 'registered-models/alias', { name: 'm', alias: 'champion', version: '1' });
    const shown = () => call(application, getModelVersion, { params: { model: 'm', version: '1' } });
    // Measured in a job.
    await expect.poll(async () => (await shown()).files).not.toBeNull();
    const version = await shown();
    expect(version).toEqual({
      model: 'm',
      version: '1',
      stage: 'None',
      aliases: ['champion'],
      runId: run_id,
      modelId: model_id,
      source: `models:/${model_id}`,
      createdAt: '2026-11-01T00:00:00.000Z',
      updatedAt: '2026-11-01T00:00:00.000Z',
      description: null,
      tags: {},
      metrics: { ndcg: 0.4, loss: null },
      params: { rank: '8' },
      cost: unknownCost,
      files: { digest: createHash('sha256').digest('hex'), count: 0, sizeBytes: 0 },
      status: 'READY',
    });
    expect(await call(application, listModelVersions, { params: { model: 'm' } })).toEqual({ versions: [version] });
    const registered = {
      name: 'm',
      description: null,
      latestVersion: '1',
      aliases: [{ alias: 'champion', version: '1' }],
      versions: 1,
      tags: { k: 'v' },
      lastUpdatedAt: '2026-11-01T00:00:00.000Z',
    };
    expect(await call(application, getModel, { params: { model: 'm' } })).toEqual(registered);
    expect(await call(application, listModels)).toEqual({ models: [registered], nextPageToken: null });
  });

  it('says what is missing', async () => {
    await withVersions('empty', 0);
    const failures = [
      () => call(application, getModel, { params: { model: 'none' } }),
      () => call(application, listModelVersions, { params: { model: 'none' } }),
      () => call(application, getModelVersion, { params: { model: 'none', version: '1' } }),
      () => call(application, getModelVersion, { params: { model: 'empty', version: '1' } }),
      () => call(application, getModelVersion, { params: { model: 'empty', version: 'x' } }),
      () => call(application, listModels, { query: { pageToken: 'x' } }),
    ];
    const codes = [];
    for (const failure of failures) codes.push((await catchProblem(failure())).code);
    expect(codes).toEqual([
      'model_not_found',
      'model_not_found',
      'model_not_found',
      'model_version_not_found',
      'model_version_not_found',
      'invalid_page_token',
    ]);
  });
});
