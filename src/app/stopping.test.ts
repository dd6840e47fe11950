import { type EventEmitter, once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { testApplication } from '../testing/application.ts';

it('ends within its limit with a job that never ends, an answer that nobody reads and a request that never ends', async () => {
  const application = await testApplication();
  const { http, jobs, store } = application;
  const began = Promise.withResolvers<AbortSignal>();
  jobs.register('never.ends', {
    handler: (_payload, { signal }) => {
      began.resolve(signal);
      return new Promise(() => undefined);
    },
  });
  await store.transaction((sql) => jobs.enqueue(sql, { kind: 'never.ends', payload: null }));
  await http.listen({ host: '127.0.0.1', port: 0 });
  const { port } = http.server.address() as AddressInfo;
  const send = (method: string, path: string, headers = {}) =>
    request({ host: '127.0.0.1', port, method, path, headers, agent: false }).on('error', () => undefined);

  const artifact = '/api/2.0/mlflow-artifacts/artifacts/0/large.bin';
  const octets = { 'content-type': 'application/octet-stream' };
  const [stored] = (await once(send('PUT', artifact, octets).end(Buffer.alloc(32e6)), 'response')) as [IncomingMessage];
  expect(stored.statusCode).toBe(200);
  const [unread] = (await once(send('GET', artifact).end(), 'response')) as [IncomingMessage];
  unread.on('error', () => undefined).pause();
  const endless = send('PUT', artifact, { ...octets, 'content-length': '1000' });
  const arrived = once(http.server, 'request');
  endless.write('a part');
  await arrived;
  const closed = (one: EventEmitter) => new Promise((resolve) => one.once('close', resolve));
  const severed = Promise.all([closed(unread), closed(endless)]);

  const signal = await began.promise;
  const begin = performance.now();
  await application[Symbol.asyncDispose]();
  expect(performance.now() - begin).toBeLessThan(8_000);
  expect(signal.aborted).toBe(true);
  unread.resume();
  await severed;
});

it('lets a request that is being answered end', async () => {
  const application = await testApplication();
  const { http } = application;
  await http.listen({ host: '127.0.0.1', port: 0 });
  const { port } = http.server.address() as AddressInfo;
  const headers = { 'content-type': 'application/octet-stream', 'content-length': '4' };
  const path = '/api/2.0/mlflow-artifacts/artifacts/0/small.bin';
  const sending = request({ host: '127.0.0.1', port, method: 'PUT', path, headers, agent: false });
  const began = once(http.server, 'request');
  sending.write('ab');
  await began;
  const ended = application[Symbol.asyncDispose]();
  sending.end('cd');
  const [answer] = (await once(sending, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(200);
  await ended;
});
