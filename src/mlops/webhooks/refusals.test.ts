import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Application, createApplication } from '../../main.ts';
import { loadConfig } from '../../platform/config/index.ts';
import {
  checkUrl,
  createSend,
  type DestinationRules,
  readAllowedHosts,
  resolveAddresses,
} from '../../platform/outbound/index.ts';
import { type Receiver, startReceiver } from '../../platform/outbound/receiver.testing.ts';
import { mlflow, post, valueAt } from '../wire/testing.ts';

const events = [{ entity: 'MODEL_VERSION', action: 'CREATED' }];
const strict: DestinationRules = { allowedHosts: new Set(), resolve: async () => [] };

let application: Application;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  const flags = {
    data: mkdtempSync(join(tmpdir(), 'steelyard-')),
    logLevel: 'silent',
    port: 0,
    webhookAllowedHosts: `127.0.0.1:${receiver.port}`,
  };
  application = await createApplication(loadConfig({ environment: {}, flags }).config);
});
afterAll(async () => {
  await application[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const create = (url: string) => mlflow(application, 'POST', 'webhooks', { name: 'hook', url, events });

describe('CVE-2026-2393: webhooks lead to no internal address', () => {
  it.each([
    ['no TLS', 'http://example.com/'],
    ['files', 'file:///etc/passwd'],
    ['gopher', 'gopher://example.com:70/_x'],
    ['a relative address', '//example.com/x'],
    ['loopback', 'https://127.0.0.1/'],
    ['loopback, short', 'https://127.1/'],
    ['loopback, decimal', 'https://2130706433/'],
    ['loopback, octal', 'https://0177.0.0.1/'],
    ['loopback, hexadecimal', 'https://0x7f000001/'],
    ['loopback, full-width digits', 'https://１２７.0.0.1/'],
    ['loopback, IPv6', 'https://[::1]/'],
    ['loopback, mapped', 'https://[::ffff:127.0.0.1]/'],
    ['metadata', 'https://169.254.169.254/latest/meta-data/'],
    ['metadata, mapped', 'https://[::ffff:a9fe:a9fe]/'],
    ['metadata, decimal', 'https://2852039166/'],
    ['metadata, IPv6', 'https://[fd00:ec2::254]/'],
    ['private', 'https://10.0.0.8:8443/'],
    ['link-local, IPv6', 'https://[fe80::1]/'],
    ['everywhere', 'https://0/'],
    ['a name of this machine', 'https://localhost/'],
    ['the same with a dot', 'https://localhost./'],
    ['no host', 'https:///example.com/'],
    ['slashes that a browser mends', 'https:\\\\example.com/'],
    ['white space in front', ' https://example.com/'],
    ['an allowed host on another port', 'http://127.0.0.1:1/'],
    ['a user before the host', 'https://user:pass@example.com/'],
  ])('refuses %s when it is made: %s', async (_, url) => {
    const { status, body } = await create(url);
    expect({ status, code: body.error_code }).toEqual({ status: 400, code: 'INVALID_PARAMETER_VALUE' });
  });

  it('refuses one of white space in the words of MLflow', async () => {
    const { status, body } = await create('   ');
    expect([status, body.message]).toEqual([400, 'Webhook URL cannot be empty or just whitespace.']);
  });

  it('refuses it in a change too, and keeps what was there', async () => {
    const { webhook } = await post(application, 'webhooks', { name: 'hook', url: receiver.url, events });
    const path = `webhooks/${valueAt(webhook, 'webhook_id')}`;
    const change = await mlflow(application, 'PATCH', path, { url: 'https://169.254.169.254/' });
    expect(change.status).toBe(400);
    expect((await mlflow(application, 'GET', path)).body).toMatchObject({ webhook: { url: receiver.url } });
  });

  it('refuses a name of which one address is internal, whatever the others are', async () => {
    const resolve = async () => [
      { address: '93.184.216.34', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ];
    const finding = resolveAddresses(checkUrl('https://hooks.example/', strict), { ...strict, resolve });
    await expect(finding).rejects.toMatchObject({ code: 'webhook_url_refused' });
  });

  it('follows no redirect', async () => {
    const { webhook } = await post(application, 'webhooks', { name: 'hook', url: receiver.url, events });
    const before = receiver.received.length;
    receiver.answerWith((response) => response.writeHead(302, { location: receiver.url }).end());
    const { result } = await post(application, `webhooks/${valueAt(webhook, 'webhook_id')}/test`);
    expect(result).toEqual({
      success: false,
      response_status: 302,
      error_message: 'The receiver answered 302; redirects are not followed.',
    });
    expect(receiver.received).toHaveLength(before + 1);
  });
});

describe('CVE-2026-64849: a name that changes its address between check and use', () => {
  it('is resolved once, and the connection goes to the address that was checked', async () => {
    const asked: string[] = [];
    const resolve = async (host: string) => {
      asked.push(host);
      // Only the first answer is the receiver's; nothing listens at the second.
      return [{ address: asked.length === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    };
    const host = `hooks.test:${receiver.port}`;
    const send = createSend({ allowedHosts: readAllowedHosts(host), resolve });
    const message = { url: `http://${host}/rebind`, body: '{}', headers: {} };
    const result = await send(message, new AbortController().signal);
    expect(result).toMatchObject({ delivered: true, status: 200 });
    expect(asked).toEqual(['hooks.test']);
    expect(receiver.received.at(-1)).toMatchObject({ path: '/rebind', headers: { host } });
  });

  it('is refused at the delivery when it leads inside by then', async () => {
    const send = createSend({ ...strict, resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
    const url = `https://hooks.test:${receiver.port}/`;
    const before = receiver.received.length;
    const result = await send({ url, body: '{}', headers: {} }, new AbortController().signal);
    expect(result).toMatchObject({ delivered: false, status: null, mayRetry: false });
    expect(result.error).toContain('127.0.0.1');
    expect(receiver.received).toHaveLength(before);
  });

  it('tells nothing of what the receiver of a test said', async () => {
    const { webhook } = await post(application, 'webhooks', { name: 'hook', url: receiver.url, events });
    receiver.answerWith(500);
    const { result } = await post(application, `webhooks/${valueAt(webhook, 'webhook_id')}/test`);
    expect(result).toEqual({ success: false, response_status: 500 });
    expect(JSON.stringify(result)).not.toContain('the answer of the receiver');
  });
});

describe('CVE-2026-116691: secrets are not given back', () => {
  it.each(['api', 'ajax-api'])('in no answer of %s', async (prefix) => {
    const ask = async (method: 'GET' | 'POST' | 'PATCH', path: string, payload?: object) => {
      const url = `/${prefix}/2.0/mlflow/webhooks${path}`;
      const headers = { host: 'localhost' };
      const answer = await application.http.inject({ method, url, headers, ...(payload ? { payload } : {}) });
      expect(answer.statusCode).toBe(200);
      return answer.body;
    };
    const made = await ask('POST', '', { name: 'hook', url: receiver.url, events, secret: 'hush-hush' });
    const id = String(valueAt(JSON.parse(made), 'webhook', 'webhook_id'));
    const changed = await ask('PATCH', `/${id}`, { secret: 'hush-again' });
    for (const answer of [made, changed, await ask('GET', ''), await ask('GET', `/${id}`)]) {
      expect(answer).not.toMatch(/hush|secret/);
    }
  });
});

describe('a huntr report on artifact locations, MLflow up to 3.12.0', () => {
  it.each(['http://169.254.169.254/x', 'https://attacker.example/x', 'ftp://attacker.example/', 'hdfs://inner/x'])(
    'refuses the location %s, which this server would have to fetch from',
    async (artifact_location) => {
      const answer = await mlflow(application, 'POST', 'experiments/create', {
        name: artifact_location,
        artifact_location,
      });
      expect(answer).toMatchObject({ status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE' } });
    },
  );
});
