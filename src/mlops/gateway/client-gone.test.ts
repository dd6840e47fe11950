import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../platform/telemetry/index.ts';
import { EndpointSpec } from '../endpoint-spec/schema.ts';
import { createAgent } from '../replicas/backends/exchange.ts';
import { createBreaker } from '../replicas/breaker.ts';
import { Places } from '../replicas/places.ts';
import type { Replica } from '../replicas/replica.ts';
import type { Deployment, Deployments } from '../serving/deployments.ts';
import type { LiveVariant } from '../serving/wanted.ts';
import { LogQueue } from './log/queue.ts';
import type { RequestEnding } from './metrics/tally.ts';
import { gatewayPlugin } from './plugin.ts';

/** A model server over HTTP: it answers `{"do": "stream"}` without an end, `wait` (the default) on release, and `now` immediately. */
function newModel() {
  const seen = { asked: [] as string[], closed: 0 };
  const held: ServerResponse[] = [];
  const server = createServer(async (asked, answer) => {
    answer.once('close', () => {
      seen.closed += answer.writableFinished ? 0 : 1;
    });
    const { do: what = 'wait' } = JSON.parse(await text(asked)) as { do?: string };
    seen.asked.push(what);
    if (what === 'stream' || what === 'flood') {
      answer.writeHead(200, { 'content-type': 'text/event-stream' });
      const send = () => void answer.write(what === 'stream' ? 'data: 1\n\n' : Buffer.alloc(1024 * 1024));
      send();
      const sending = setInterval(send, 5);
      answer.once('close', () => clearInterval(sending));
    } else if (what === 'tear') {
      answer.writeHead(200, { 'content-type': 'text/event-stream' });
      answer.write('data: 1\n\n');
      setImmediate(() => answer.destroy());
    } else if (what === 'wait') held.push(answer);
    else answer.end('{"predictions":[1]}');
  });
  const release = () => held.splice(0).forEach((answer) => void answer.end('{"predictions":[1]}'));
  return { server, seen, release };
}

async function startVariant(name: string, server: ReturnType<typeof newModel>['server'], timeoutMs: number) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const replica: Replica = {
    id: name,
    address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    ended: new Promise<never>(() => undefined),
    stop: async () => undefined,
    agent: createAgent(),
    breaker: createBreaker(),
    inFlight: 0,
  };
  const limits = { concurrency: 1, queue: 20, timeoutMs };
  const places = new Places({ limits, clock: { now: Date.now }, hung: async () => undefined });
  places.add(replica, {
    held: { resource: 'machine', quantity: '1' },
    predicted: () => undefined,
    end: () => undefined,
  });
  const spec = () => ({ layout: 'tensors', inputs: null, outputs: null });
  const set = { backend: { protocol: 'mlflow', modelName: 'm' }, places, spec };
  const live = { name, version: '1', variant: { model: 'm' }, set } as unknown as LiveVariant;
  return { live, places, replica };
}

async function openGateway({ timeout = '5s', shadow = {}, answer = 'never' } = {}) {
  const [model, copy] = [newModel(), newModel()];
  const timeoutMs = Number.parseInt(timeout, 10) * 1000;
  const main = await startVariant('main', model.server, timeoutMs);
  const other = await startVariant('copy', copy.server, timeoutMs);
  const variant = { model: 'm', version: '1', backend: 'process', process: { protocol: 'mlflow', command: ['true'] } };
  const spec = EndpointSpec.parse({
    variants: { main: variant, copy: variant },
    traffic: { weights: { main: 100, copy: 0 }, shadow },
    limits: { timeout },
    log: { answer },
  });
  const deployment = { revision: { endpoint: 'e', spec }, variants: [main.live, other.live], routes: [], canary: null };
  const deployments = {
    ageMs: 0,
    find: () => deployment as unknown as Deployment,
    findRestored: async () => deployment as unknown as Deployment,
  } satisfies Pick<Deployments, 'find' | 'findRestored' | 'ageMs'>;
  const log = createLog('silent');
  const queue = new LogQueue({
    predictions: { keep: async () => [], keepShadows: async () => undefined },
    tokens: { record: async () => undefined },
    log,
    counted: () => undefined,
  });
  const endings: RequestEnding[] = [];
  const metrics = {
    request: (_what: unknown, ending: RequestEnding) => void endings.push(ending),
    served: () => undefined,
    used: () => undefined,
    stage: () => undefined,
    unmeasured: () => undefined,
  };
  const app = fastify() as unknown as FastifyInstance;
  app.decorateRequest('identity', { getter: () => ({ name: 'ada', role: null }) as never });
  await app.register(async (scope) =>
    gatewayPlugin({
      deployments,
      log,
      clock: { now: Date.now },
      queue,
      metrics,
      maxAgeMs: 900_000,
      counted: () => undefined,
    })(scope),
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const headers = { 'content-type': 'application/json' };
  const send = (what: string, path = 'invocations') =>
    request({ port, host: '127.0.0.1', method: 'POST', path: `/serve/e/${path}`, headers }).end(
      JSON.stringify({ do: what, instances: [1] }),
    );
  const status = async (what: string) => {
    const [answered] = (await once(send(what), 'response')) as [IncomingMessage];
    await text(answered);
    return answered.statusCode;
  };
  async function close() {
    model.release();
    copy.release();
    await app.close();
    for (const { server } of [model, copy]) server.close().closeAllConnections();
  }
  return { model, copy, main, other, endings, send, status, close };
}

let gateway: Awaited<ReturnType<typeof openGateway>>;
afterEach(() => gateway.close());

/** Hangs up, as seen by its own side. */
async function hangUp(asking: ReturnType<typeof request>): Promise<void> {
  asking.on('error', () => undefined).destroy();
  if (!asking.closed) await new Promise((resolve) => asking.once('close', resolve));
}

describe('clients that hang up', () => {
  beforeEach(async () => {
    gateway = await openGateway();
  });

  it('in the middle of a streaming answer leave the breaker closed, free the place and close the model connection', async () => {
    const { model, main, send, status, endings } = gateway;
    for (let count = 1; count <= 6; count += 1) {
      const asking = send('stream');
      const [answer] = (await once(asking, 'response')) as [IncomingMessage];
      await once(answer, 'data');
      await hangUp(asking);
      await expect.poll(() => [main.replica.inFlight, model.seen.closed]).toEqual([0, count]);
    }
    expect([main.replica.breaker.state(Date.now()), main.places.counts().lost]).toEqual(['closed', 0]);
    expect(await status('now')).toBe(200);
    await expect.poll(() => endings).toEqual([...Array.from({ length: 6 }, () => 'refused'), 'answered']);
  });

  it('while they wait leave the queue and are not predicted', async () => {
    const { model, main, send, status } = gateway;
    const first = status('wait');
    await expect.poll(() => model.seen.asked).toEqual(['wait']);
    const waiting = Array.from({ length: 5 }, () => send('now'));
    await expect.poll(() => main.places.counts().waiting).toBe(5);
    await Promise.all(waiting.map(hangUp));
    await expect.poll(() => main.places.counts().waiting).toBe(0);
    model.release();
    expect([await first, await status('now')]).toEqual([200, 200]);
    expect(model.seen.asked).toEqual(['wait', 'now']);
  });

  it('while the model computes free its place for the next client', async () => {
    const { model, main, send, status, endings } = gateway;
    for (let count = 1; count <= 6; count += 1) {
      const asking = send('wait');
      await expect.poll(() => model.seen.asked.length).toBe(count);
      await hangUp(asking);
      await expect.poll(() => [main.replica.inFlight, model.seen.closed]).toEqual([0, count]);
    }
    expect(main.replica.breaker.state(Date.now())).toBe('closed');
    expect(await status('now')).toBe(200);
    await expect.poll(() => endings).toEqual([...Array.from({ length: 6 }, () => 'refused'), 'answered']);
  });

  it('of a protocol that the model does not speak do not count as failures either', async () => {
    const { model, main, send } = gateway;
    for (let count = 1; count <= 6; count += 1) {
      const asking = send('wait', 'v1/models/m:predict');
      await expect.poll(() => main.replica.inFlight).toBe(1);
      await hangUp(asking);
      await expect.poll(() => main.replica.inFlight).toBe(0);
    }
    expect([main.replica.breaker.state(Date.now()), main.places.counts().lost]).toEqual(['closed', 0]);
    expect(model.seen.asked.length).toBeLessThanOrEqual(6);
  });
});

it('a model that tears its answers still opens its breaker', async () => {
  gateway = await openGateway();
  const { main, send, endings } = gateway;
  for (let count = 0; count < 5; count += 1) {
    const [answer] = (await once(send('tear'), 'response')) as [IncomingMessage];
    await expect(text(answer)).rejects.toThrow('aborted');
  }
  await expect.poll(() => main.places.counts().lost).toBe(5);
  expect(main.replica.breaker.state(Date.now())).toBe('open');
  await expect.poll(() => endings).toEqual(Array.from({ length: 5 }, () => 'lost'));
});

it('a client that stops reading loses its place after the timeout, and the breaker stays closed', async () => {
  gateway = await openGateway({ timeout: '1s' });
  const { main, send } = gateway;
  const [answer] = (await once(send('flood'), 'response')) as [IncomingMessage];
  answer.pause();
  answer.on('error', () => undefined);
  await expect.poll(() => main.replica.inFlight, { timeout: 10_000 }).toBe(0);
  expect(main.places.counts().lost).toBe(0);
});

it('a client that hangs up ends the shadow copies of its request', async () => {
  gateway = await openGateway({ shadow: { copy: 1 } });
  const { copy, other, send } = gateway;
  const asking = send('stream');
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  await once(answer, 'data');
  await expect.poll(() => copy.seen.asked).toEqual(['stream']);
  await hangUp(asking);
  await expect.poll(() => [other.replica.inFlight, copy.seen.closed]).toEqual([0, 1]);
  expect([other.replica.breaker.state(Date.now()), other.places.counts().lost]).toEqual(['closed', 0]);
});

it('a client that hangs up while the end of its answer is held for the log opens no breaker', async () => {
  gateway = await openGateway({ answer: 'before' });
  const { main, send } = gateway;
  for (let count = 0; count < 6; count += 1) {
    const asking = send('stream');
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    await once(answer, 'data');
    await hangUp(asking);
    await expect.poll(() => main.replica.inFlight).toBe(0);
  }
  expect([main.replica.breaker.state(Date.now()), main.places.counts().lost]).toEqual(['closed', 0]);
});
