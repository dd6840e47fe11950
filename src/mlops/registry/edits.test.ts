import { describe, expect, it } from 'vitest';
import { call, catchProblem } from '../../testing/application.ts';
import { sharedApplication } from '../../testing/shared.ts';
import { eventsAbout, post } from '../wire/testing.ts';
import { editModel, editModelVersion, getModelVersion, removeModelAlias, setModelAlias } from './schema.ts';

const application = await sharedApplication();

async function withTwoVersions(name: string): Promise<void> {
  await post(application, 'registered-models/create', { name });
  for (const source of ['s3://bucket/1', 's3://bucket/2']) {
    await post(application, 'model-versions/create', { name, source });
  }
}
/** Refused calls change nothing of it. */
await withTwoVersions('ranker');

describe('changing the registry by hand', () => {
  it('points an alias to a version, says where it pointed before, and takes it away', async () => {
    await withTwoVersions('pointed');
    const params = { model: 'pointed', alias: 'champion' };
    const set = (version: string) => call(application, setModelAlias, { params, body: { version } });
    expect(await set('1')).toEqual({ version: '1', previousVersion: null });
    expect(await set('2')).toEqual({ version: '2', previousVersion: '1' });
    expect(await set('2')).toEqual({ version: '2', previousVersion: '2' });
    const remove = () => call(application, removeModelAlias, { params });
    expect(await remove()).toEqual({ version: null, previousVersion: '2' });
    expect(await remove()).toEqual({ version: null, previousVersion: null });
    const events = eventsAbout(application, 'model:pointed').filter((event) =>
      JSON.stringify(event).includes('_alias'),
    );
    expect(events).toHaveLength(3);
  });

  it.each([
    ['none', 'champion', '1', 'model_not_found'],
    ['ranker', 'champion', '9', 'model_version_not_found'],
    ['ranker', 'latest', '1', 'invalid_request'],
    ['ranker', 'v2', '1', 'invalid_request'],
    ['ranker', 'a/b', '1', 'invalid_request'],
    ['ranker', 'champion', 'one', 'invalid_request'],
  ])('refuses %s@%s at version %s: %s', async (model, alias, version, code) => {
    const calling = call(application, setModelAlias, { params: { model, alias }, body: { version } });
    expect(await catchProblem(calling)).toMatchObject({ code });
  });

  it('describes a model and a version, and takes a description away', async () => {
    await withTwoVersions('described');
    const params = { model: 'described', version: '2' };
    const model = await call(application, editModel, {
      params: { model: 'described' },
      body: { description: 'ranks' },
    });
    expect(model).toMatchObject({ description: 'ranks' });
    const version = await call(application, editModelVersion, { params, body: { description: 'wider' } });
    expect(version).toMatchObject({ version: '2', description: 'wider' });
    await call(application, editModelVersion, { params, body: { description: '' } });
    expect(await call(application, getModelVersion, { params })).toMatchObject({ description: null });
    const missing = call(application, editModelVersion, { params: { ...params, version: '9' }, body: {} });
    expect(await catchProblem(missing)).toMatchObject({ code: 'model_version_not_found' });
  });
});
