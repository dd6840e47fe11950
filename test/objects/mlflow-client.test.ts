import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Application, createApplication } from '../../src/main.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { processEnvironment } from '../../src/platform/environment/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import { startAzurite } from '../support/azurite.ts';
import { findMlflowPython } from '../support/mlflow-server.ts';
import { findMoto, startSignedS3 } from '../support/moto.ts';

const MIB = 1024 ** 2;
const python = findMlflowPython();
const inCi = processEnvironment().CI !== undefined;

/** A file with a secret, as a secret reference. */
function secretIn(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'secret-')), 'secret');
  writeFileSync(path, text);
  return `file:${path}`;
}

interface Store {
  /** For the setting `objects`. */
  readonly address: string;
  readonly port: string;
}

async function s3(stack: AsyncDisposableStack): Promise<Store> {
  const server = stack.use(await startSignedS3());
  const keys = `accessKeyId=${secretIn(server.accessKeyId)}&secretAccessKey=${secretIn(server.secretAccessKey)}`;
  const address = `s3://${await server.newBucket()}/team/a?region=us-east-1&endpoint=${server.endpoint}&${keys}`;
  return { address, port: new URL(server.endpoint).port };
}

async function azure(stack: AsyncDisposableStack): Promise<Store> {
  const server = stack.use(await startAzurite());
  const secret = secretIn(server.connectionString);
  const address = `azure-blob://${await server.newContainer()}/team/a?connectionString=${secret}`;
  return { address, port: new URL(server.accountUrl).port };
}

const stores = [
  { kind: "moto's S3", start: s3, there: findMoto() !== null },
  { kind: 'Azurite', start: azure, there: true },
];

describe.each(stores)('the newest MLflow client with artifacts in $kind', ({ start, there }) => {
  if (!(inCi || (there && python !== null))) {
    it.skip("needs Python's mlflow and the store");
    return;
  }
  const stack = new AsyncDisposableStack();
  let application: Application;
  let address: string;
  let store: Store;
  beforeAll(async () => {
    store = await start(stack);
    const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
    const flags = { data, objects: store.address, logLevel: 'silent', port: 0 };
    const { config } = loadConfig({ environment: {}, flags });
    application = stack.use(await createApplication(config));
    address = await listenOn(application.http, config);
  });
  afterAll(() => stack.disposeAsync());

  async function step(name: string, request: object = {}): Promise<Record<string, unknown>> {
    const words = [join(import.meta.dirname, 'mlflow_buckets.py'), name, JSON.stringify(request)];
    const { stdout } = await promisify(execFile)(python ?? '', words, {
      env: {
        ...processEnvironment(),
        MLFLOW_TRACKING_URI: address,
        MLFLOW_DISABLE_TELEMETRY: 'true',
        // A server error must fail the test immediately, instead of two minutes of retries.
        MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
        PYTHONDONTWRITEBYTECODE: '1',
      },
      maxBuffer: 16 * MIB,
      timeout: 170_000,
    });
    return z.record(z.string(), z.unknown()).parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  }

  it('logs, lists, downloads and deletes files and folders', async () => {
    expect(await step('files')).toEqual({
      root: [
        ['all', true, null],
        ['config', true, null],
        ['one', true, null],
      ],
      all: [
        ['all/a b.txt', false, 6],
        ['all/deep', true, null],
        ['all/empty', false, 0],
      ],
      deep: [['all/deep/er/ü+1.bin', false, 6]],
      file: [],
      found: [
        ['all/a b.txt', 'spaces'],
        ['all/deep/er/ü+1.bin', 'umlaut'],
        ['all/empty', ''],
        ['config/values.json', expect.stringContaining('"k"')],
        ['one/a b.txt', 'spaces'],
      ],
      afterwards: ['config', 'one'],
    });
  });

  it('sends parts to the store itself and reads them there, or through the server', async () => {
    const { up, downs, same, sizes } = await step('large');
    const [here, there] = [new URL(address).port, store.port];
    expect(same).toEqual([true, true, true]);
    expect(sizes).toEqual([12 * MIB]);
    expect(up).toMatchObject({ [`${here} POST`]: 2, [`${there} PUT`]: 3 });
    expect(up).not.toHaveProperty([`${here} PUT`]);
    // By default the server's response decides, and it allows direct reads from the store.
    const [byDefault, direct, proxied] = z.array(z.record(z.string(), z.number())).parse(downs);
    for (const asked of [byDefault, direct]) expect(asked).toMatchObject({ [`${there} GET`]: 3 });
    expect(proxied).not.toHaveProperty([`${there} GET`]);
  });

  it('logs, registers and loads a model', async () => {
    const logged = await step('log_model');
    expect(await step('load_model', { uri: 'models:/iris@champion' })).toEqual(logged);
  });
});
