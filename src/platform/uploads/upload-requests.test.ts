import { existsSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../main.ts';
import { testApplication } from '../../testing/application.ts';
import { listenOn } from '../http/index.ts';

const TWO_GB = 2 * 1024 ** 3;

let application: Application;
let url: URL;
beforeAll(async () => {
  application = await testApplication({}, { maxUploadBytes: 1_000 });
  url = new URL(await listenOn(application.http, application.config));
});
afterAll(() => application[Symbol.asyncDispose]());

/** Names of the files that any upload has left. */
function listStored(): string[] {
  const folder = join(application.config.data, 'objects', 'uploads');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

const send = (name: string, body: string) =>
  fetch(new URL(`/api/v1/uploads?name=${encodeURIComponent(name)}`, url), {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body,
  });

/** Sends the head of a request and three bytes, then ends the connection; resolves when it is closed. */
function sendCutOff(sizeBytes: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(url.port), url.hostname, () => {
      const head = [
        'POST /api/v1/uploads?name=a.csv HTTP/1.1',
        `Host: ${url.host}`,
        'Content-Type: application/octet-stream',
        `Content-Length: ${sizeBytes}`,
      ];
      socket.write(`${head.join('\r\n')}\r\n\r\nabc`, () => socket.end());
    });
    socket.resume();
    socket.on('close', () => resolve());
    socket.on('error', () => resolve());
  });
}

describe('an upload request', () => {
  it('that ends before its declared size leaves nothing', async () => {
    await sendCutOff(900);
    await expect.poll(listStored).toEqual([]);
  });

  it('that declares more than the limit is refused before its bytes are read', async () => {
    await sendCutOff(TWO_GB);
    const answer = await send('a.csv', 'x'.repeat(2_000));
    expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'payload_too_large' }]);
    expect(listStored()).toEqual([]);
  });

  it.each(['../../etc/passwd', '..\\..\\boot.ini', '<img src=x onerror=alert(1)>.csv'])(
    'stores %j below the folder of the upload, whatever its name',
    async (name) => {
      const answer = await send(name, 'abc');
      const { upload } = (await answer.json()) as { upload: string };
      const folder = join(application.config.data, 'objects', 'uploads', upload);
      expect(readdirSync(folder).sort()).toEqual(['content', 'facts.json']);
    },
  );

  it('can be compared with the limit before it is sent', async () => {
    const answer = await fetch(new URL('/api/v1/uploads/limit', url));
    expect(await answer.json()).toEqual({ maxSizeBytes: 1_000 });
  });

  it('with a name that is too long is refused', async () => {
    const answer = await send('x'.repeat(256), 'abc');
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'invalid_request' }]);
  });
});
