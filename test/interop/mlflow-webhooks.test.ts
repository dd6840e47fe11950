import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Application, createApplication } from '../../src/main.ts';
import { listWebhookDeliveries } from '../../src/mlops/webhooks/schema.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { processEnvironment } from '../../src/platform/environment/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import { type Receiver, startReceiver } from '../../src/platform/outbound/receiver.testing.ts';
import { call } from '../../src/testing/application.ts';

const root = join(import.meta.dirname, '..', '..');
const script = join(import.meta.dirname, 'mlflow_webhooks.py');
const python = processEnvironment().TEST_MLFLOW_PYTHON ?? join(root, '.cache', 'mlflow', 'bin', 'python');

const Sent = z.object({ entity: z.string(), action: z.string(), timestamp: z.string(), data: z.unknown() });

/** New clients store private notes in the tags of a prompt. */
function isClientsOwn(body: string): boolean {
  return body.includes('"key":"_mlflow_');
}

describe.skipIf(!existsSync(python))('the unmodified MLflow client of Python', () => {
  let application: Application;
  let receiver: Receiver;
  let address: string;

  beforeAll(async () => {
    receiver = await startReceiver();
    const flags = {
      data: mkdtempSync(join(tmpdir(), 'steelyard-')),
      logLevel: 'silent',
      port: 0,
      webhookAllowedHosts: '127.0.0.1',
    };
    const { config } = loadConfig({ environment: {}, flags });
    application = await createApplication(config);
    address = await listenOn(application.http, config);
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await receiver?.[Symbol.asyncDispose]();
  });

  async function step(name: string, request: object = {}, environment: Record<string, string> = {}) {
    const { stdout } = await promisify(execFile)(python, [script, name, JSON.stringify(request)], {
      env: {
        ...processEnvironment(),
        MLFLOW_TRACKING_URI: address,
        MLFLOW_DISABLE_TELEMETRY: 'true',
        MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
        PYTHONDONTWRITEBYTECODE: '1',
        ...environment,
      },
      maxBuffer: 16 * 1024 * 1024,
      timeout: 170_000,
    });
    return z.record(z.string(), z.unknown()).parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  }

  it('makes, lists, changes, tests and deletes webhooks', async () => {
    const { url } = receiver;
    expect(await step('crud', { url })).toEqual({
      made: {
        name: 'ci',
        url,
        status: 'ACTIVE',
        description: 'told of models',
        events: ['model_version.created', 'registered_model.created'],
        secret: null,
      },
      pages: [1, 1, ''],
      names: ['ci', 'other'],
      changed: {
        name: 'ci-2',
        url,
        status: 'DISABLED',
        description: 'x',
        events: ['model_version_tag.set'],
        secret: null,
      },
      // Of the receiver's answer no more than its status.
      tested: [true, 200, null, null],
      gone: 'RESOURCE_DOES_NOT_EXIST',
      private: 'INVALID_PARAMETER_VALUE',
      plain: 'INVALID_PARAMETER_VALUE',
      badName: 'INVALID_PARAMETER_VALUE',
      longName: 'INVALID_PARAMETER_VALUE',
    });
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      entity: 'model_version_tag',
      action: 'set',
      data: { name: 'example_model', version: '1', key: 'example_key', value: 'example_value' },
    });
  });

  it('is the cause of one signed delivery for each event, with what MLflow itself would send', async () => {
    const before = receiver.received.length;
    const { webhookId } = await step('events', { url: receiver.url });
    const received = await vi.waitFor(() => {
      const some = receiver.received.slice(before).filter(({ body }) => !isClientsOwn(body));
      expect(some).toHaveLength(14);
      return some;
    }, 10_000);
    for (const { headers, body } of received) {
      const { 'x-mlflow-delivery-id': id, 'x-mlflow-timestamp': at } = headers;
      const mac = createHmac('sha256', 'hush').update(`${id}.${at}.${body}`).digest('base64');
      expect(headers['x-mlflow-signature']).toBe(`v1,${mac}`);
    }
    const sent = received.map(({ body }) => Sent.parse(JSON.parse(body)));
    const byName = Object.fromEntries(sent.map(({ entity, action, data }) => [`${entity}.${action}`, data]));
    expect(byName).toEqual({
      'registered_model.created': { name: 'iris', tags: { domain: 'botany' }, description: 'flowers' },
      'model_version.created': {
        name: 'iris',
        version: '1',
        source: 's3://models/iris',
        run_id: null,
        tags: { a: 'b' },
        description: 'first',
      },
      'model_version_tag.set': { name: 'iris', version: '1', key: 'k', value: 'v' },
      'model_version_tag.deleted': { name: 'iris', version: '1', key: 'k' },
      'model_version_alias.created': { name: 'iris', alias: 'champion', version: '1' },
      'model_version_alias.deleted': { name: 'iris', alias: 'champion' },
      'prompt.created': { name: 'greet', tags: { lang: 'en' }, description: 'first' },
      'prompt_version.created': {
        name: 'greet',
        version: '1',
        template: 'Hello {{name}}!',
        tags: expect.objectContaining({ lang: 'en' }),
        description: 'first',
      },
      'prompt_tag.set': { name: 'greet', key: 'owner', value: 'me' },
      'prompt_tag.deleted': { name: 'greet', key: 'owner' },
      'prompt_version_tag.set': { name: 'greet', version: '1', key: 'k', value: 'v' },
      'prompt_version_tag.deleted': { name: 'greet', version: '1', key: 'k' },
      'prompt_alias.created': { name: 'greet', alias: 'live', version: '1' },
      'prompt_alias.deleted': { name: 'greet', alias: 'live' },
    });
    const params = { webhookId: String(webhookId) };
    const { deliveries } = await call(application, listWebhookDeliveries, { params });
    expect(deliveries).toHaveLength(receiver.received.length - before);
  });

  it('uploads a large artifact in parts and reads it back', async () => {
    const environment = {
      MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD: 'true',
      MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE: '1000',
      MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE: '250000',
    };
    expect(await step('multipart', {}, environment)).toEqual({
      same: true,
      files: [['deep/er/big file.bin', 1_100_000]],
    });
  });
});
