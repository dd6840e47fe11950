import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { call, testApplication } from '../../testing/application.ts';
import { linearGraph } from '../serving/graphs.testing.ts';
import { deleteEndpoint, rollBackEndpoint } from '../serving/schema.ts';
import { appliedEndpoint, registeredFiles, sent, settled } from '../testing/serving.ts';
import { createModelFiles } from './model-files.ts';

const none = () => false;
const all = () => true;

/** Model files of a folder. Their source sends its bytes when `sending.until` resolves. */
function opened(folder = mkdtempSync(join(tmpdir(), 'model-files-'))) {
  const sending = { until: Promise.resolve(), fetched: 0 };
  const models = createModelFiles({
    folder,
    sourceOf: async (model, version) => `root/${model}/${version}`,
    files: {
      list: async () => [{ name: 'weights.bin', isFolder: false }],
      open: async () => {
        sending.fetched += 1;
        await sending.until;
        return { content: Readable.from(['weights']) };
      },
    },
  });
  return { folder, models, sending };
}

describe('fetched model files', () => {
  it('go when nothing needs or holds them, and come again when they are asked for', async () => {
    const { folder, models, sending } = opened();
    const first = await models.fetch('a/b', '1');
    const release = models.hold('a/b', '1');
    expect(await models.sweep(none)).toBe(0);
    release();
    release();
    expect(await models.sweep(all)).toBe(0);
    expect(await models.sweep((model, version) => model === 'a/b' && version === '2')).toBe(1);
    expect(existsSync(first.folder)).toBe(false);
    expect(readdirSync(folder)).toEqual([encodeURIComponent('a/b')]);
    expect(await models.fetch('a/b', '1')).toEqual(first);
    expect([sending.fetched, existsSync(join(first.folder, 'weights.bin'))]).toEqual([2, true]);
  });

  it('stay while they are held more than once, and while they are fetched', async () => {
    const { models, sending } = opened();
    const sent = Promise.withResolvers<void>();
    sending.until = sent.promise;
    const fetching = models.fetch('m', '1');
    await expect.poll(() => sending.fetched).toBe(1);
    expect(await models.sweep(none)).toBe(0);
    sent.resolve();
    const { folder } = await fetching;
    const [one, other] = [models.hold('m', '1'), models.hold('m', '1')];
    one();
    one();
    expect(await models.sweep(none)).toBe(0);
    expect(existsSync(folder)).toBe(true);
    other();
    expect(await models.sweep(none)).toBe(1);
  });

  it('are whole for whoever asks while they are on their way out', async () => {
    const { models } = opened();
    for (let round = 0; round < 20; round += 1) {
      await models.fetch('m', '1');
      const sweeping = models.sweep(none);
      if (round % 2 === 0) await Promise.resolve();
      const release = models.hold('m', '1');
      const { folder } = await models.fetch('m', '1');
      await sweeping;
      expect(readdirSync(folder)).toEqual(['weights.bin']);
      release();
    }
  });

  it('are not there after a crash between leaving their place and being removed, and what is left is removed', async () => {
    const { folder } = opened();
    mkdirSync(join(folder, 'gone:1234', 'root'), { recursive: true });
    writeFileSync(join(folder, 'gone:1234', 'root', 'weights.bin'), 'half');
    // A fetch that a crash cut off.
    mkdirSync(join(folder, 'm', '7', 'cm9vdA.part'), { recursive: true });
    const { models } = opened(folder);
    expect(await models.sweep(none)).toBe(1);
    expect(readdirSync(folder)).toEqual(['m']);
    expect(readdirSync(join(folder, 'm'))).toEqual([]);
  });
});

it('an endpoint keeps the files of what is live and of what a rollback goes back to, and no others', async () => {
  const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
  const here = () => {
    const folder = join(data, 'serving', 'models', 'm');
    return existsSync(folder) ? readdirSync(folder).toSorted() : [];
  };
  const spec = (version: string) => ({
    variants: { main: { model: 'm', version, backend: 'onnx' } },
    keepPrevious: '0s',
  });
  const WAIT = { timeout: 60_000 };
  const answers = async (application: Parameters<typeof sent>[0]) =>
    (await sent(application, 'POST', '/serve/e/invocations', { inputs: [[1, 1]] })).headers[
      'x-steelyard-model-version'
    ];
  {
    await using application = await testApplication({}, { data });
    for (const weight of [1, 2, 3]) {
      await registeredFiles(application, 'm', { 'model.onnx': linearGraph([weight, weight]) });
    }
    await registeredFiles(application, 'm', { 'readme.md': 'nothing to serve' });
    await appliedEndpoint(application, 'e', spec('1'));
    await appliedEndpoint(application, 'e', spec('2'));
    expect(here()).toEqual(['1', '2']);
    await appliedEndpoint(application, 'e', spec('3'));
    await expect.poll(here, WAIT).toEqual(['2', '3']);
    // Files of a failed revision are not needed.
    expect(await appliedEndpoint(application, 'e', spec('4'))).toMatchObject({ state: 'failed' });
    await expect.poll(here, WAIT).toEqual(['2', '3']);
    await call(application, rollBackEndpoint, { params: { endpoint: 'e' }, body: { revision: 1 } });
    await settled(application, 'e');
    expect(await answers(application)).toBe('1');
    await expect.poll(here, WAIT).toEqual(['1', '3']);
  }
  // The next server removes the files that a killed server left, except those of live revisions.
  mkdirSync(join(data, 'serving', 'models', 'm', '9'));
  mkdirSync(join(data, 'serving', 'models', 'gone:left'));
  await using application = await testApplication({}, { data });
  await expect.poll(() => answers(application), WAIT).toBe('1');
  await expect.poll(here, WAIT).toEqual(['1', '3']);
  await call(application, deleteEndpoint, { params: { endpoint: 'e' } });
  await expect.poll(here, WAIT).toEqual([]);
  // A folder that was renamed for removal is removed afterwards.
  await expect.poll(() => readdirSync(join(data, 'serving', 'models')), WAIT).toEqual(['m']);
});
