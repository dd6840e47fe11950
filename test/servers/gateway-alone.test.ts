import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, it } from 'vitest';
import { isDeep } from '../../src/testing/deep.ts';
import { openDoor } from '../support/database-door.ts';
import { bearer, makeToken, openGatewayBench, predict, readKey } from '../support/gateway-bench.ts';
import { type Databases, findPostgres, runDatabases } from '../support/postgres.ts';
import { readLogged, sendPredictions } from '../support/served-predictions.ts';
import type { ServerProcess } from '../support/server-process.ts';

const WAIT = { timeout: 90_000, interval: 25 };
/** Time for which PostgreSQL is away: longer than the lease of a server. */
const AWAY_MS = isDeep ? 60_000 : 30_000;

describe.skipIf(findPostgres() === null)('a gateway alone (skipped without PostgreSQL)', { concurrent: true }, () => {
  let databases: Databases;
  beforeAll(async () => {
    databases = await runDatabases();
  });

  it('drops no request while the control plane restarts, and none of its predictions is lost or twice in the log', async ({
    expect,
  }) => {
    const bench = await openGatewayBench(await databases.newDatabase());
    await using control = await bench.start('control', 'api, worker');
    await using gateway = await bench.start('gateway', 'gateway');
    const sent = sendPredictions({ url: () => gateway.url }, { endpoint: 'kept', name: 'restarts' });
    await expect.poll(() => sent.answered.size, WAIT).toBeGreaterThan(40);
    for (const end of ['stop', 'kill', 'stop'] as const) {
      const before = sent.answered.size;
      await control[end]();
      await expect.poll(() => sent.answered.size - before, WAIT).toBeGreaterThan(40);
      await control.startAgain();
    }
    await sent.end();
    expect(sent.refused).toEqual([]);
    expect(findMissing(sent.answered, await readLogged({ url: () => control.url }))).toEqual([]);
  });

  it('answers callers whose keys it knows while PostgreSQL is away, and the log has every prediction once', async ({
    expect,
  }) => {
    const bench = await openGatewayBench(await databases.newDatabase());
    await using door = await openDoor(bench.database);
    const accounts = { STEELYARD_ACCOUNTS: 'on', STEELYARD_ACCESS_READS: 'teams' };
    await using control = await bench.start('control', 'api, worker', accounts, door);
    await using gateway = await bench.start('gateway', 'gateway', accounts, door);
    const admin = bearer(readKey(bench.data, 'control'));
    const token = await makeToken(control, admin);
    const sent = sendPredictions(
      { url: () => gateway.url, headers: bearer(token) },
      { endpoint: 'kept', name: 'away' },
    );
    await expect.poll(() => sent.answered.size, WAIT).toBeGreaterThan(40);

    await door.close();
    const [before, closedAt] = [sent.answered.size, performance.now()];
    const unknown = await predict(gateway, bearer(`sy_${'x'.repeat(43)}`));
    expect([unknown.status, await unknown.json()]).toEqual([
      503,
      expect.objectContaining({ code: 'store_unreachable' }),
    ]);
    await pause(AWAY_MS - (performance.now() - closedAt)); // the lease of both servers expires in this time
    const answer = await predict(gateway, bearer(token));
    expect([answer.status, Number(answer.headers.get('x-steelyard-known-age'))]).toEqual([200, expect.any(Number)]);
    expect(Number(answer.headers.get('x-steelyard-known-age'))).toBeGreaterThan(AWAY_MS / 1000 - 10);
    expect(await (await fetch(`${gateway.url}/health`)).text()).toContain('the store has not responded for');
    expect(sent.answered.size - before).toBeGreaterThan(100);
    await door.open();
    await expect.poll(async () => (await fetch(`${gateway.url}/health`)).text(), WAIT).toBe('OK');
    // A server without the role reads no state at intervals, and says nothing of its age.
    expect(await (await fetch(`${control.url}/health`)).text()).toBe('OK');
    const after = sent.answered.size;
    await expect.poll(() => sent.answered.size - after, WAIT).toBeGreaterThan(40);
    await sent.end();
    expect(sent.refused).toEqual([]);
    const logged = () => readLogged({ url: () => control.url, headers: admin });
    await expect.poll(async () => findMissing(sent.answered, await logged()), WAIT).toEqual([]);
  });

  it('drops no request when it drains on SIGTERM behind a load balancer of two', async ({ expect }) => {
    const bench = await openGatewayBench(await databases.newDatabase());
    await using one = await bench.start('one', 'api, gateway, worker');
    await using two = await bench.start('two', 'gateway');
    const balancer = balance([one, two]);
    const sent = sendPredictions({ url: balancer.next }, { endpoint: 'kept', name: 'drained' });
    try {
      await expect.poll(() => sent.answered.size, WAIT).toBeGreaterThan(40);
      const began = performance.now();
      const stopped = two.stop();
      await expect.poll(() => balancer.ready().length, WAIT).toBe(1);
      await stopped;
      expect(performance.now() - began).toBeLessThan(30_000);
      await two.startAgain();
      await expect.poll(() => balancer.ready().length, WAIT).toBe(2);
      const before = sent.answered.size;
      await expect.poll(() => sent.answered.size - before, WAIT).toBeGreaterThan(40);
    } finally {
      await sent.end();
      balancer.end();
    }
    expect(sent.refused).toEqual([]);
    expect(findMissing(sent.answered, await readLogged({ url: () => one.url }))).toEqual([]);
  });
});

function findMissing(answered: ReadonlySet<string>, logged: ReadonlySet<string>): string[] {
  return [...answered].filter((id) => !logged.has(id));
}

/** A load balancer that asks each server for its health five times a second, and sends requests to those that are ready in turn. */
function balance(servers: readonly ServerProcess[]) {
  const isReady = new Map(servers.map((server) => [server, true]));
  let turn = 0;
  const ready = () => servers.filter((server) => isReady.get(server) === true);
  const timer = setInterval(() => {
    for (const server of servers) {
      void fetch(`${server.url}/health`).then(
        (answer) => isReady.set(server, answer.ok),
        () => isReady.set(server, false),
      );
    }
  }, 200);
  return {
    ready,
    next(): string {
      turn += 1;
      const among = ready();
      return (among[turn % among.length] ?? servers[0])?.url ?? '';
    },
    end: () => clearInterval(timer),
  };
}
