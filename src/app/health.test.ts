import Fastify from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../platform/config/index.ts';
import { createHealth } from './health.ts';

it.each([
  ['api, gateway, worker', 0, 'OK'],
  ['gateway', 80_000, 'OK; the store has not responded for 80 s'],
  // These read the store for requests and jobs only, so they do not know since when it is away.
  ['api, worker', 80_000, 'OK'],
])('a server with the roles %s that last read the store %s ms ago answers "%s"', async (roles, ageMs, text) => {
  const flags = { server: 'a', database: 'postgresql://steelyard@127.0.0.1/steelyard', roles };
  const { config } = loadConfig({ environment: {}, flags });
  const app = Fastify();
  onTestFinished(() => app.close());
  await createHealth({ config, serving: { ageMs: () => ageMs, inFlight: () => 0 } }).plugin(app);
  const { statusCode, body } = await app.inject('/health');
  expect([statusCode, body]).toEqual([200, text]);
});
