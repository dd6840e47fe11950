import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Delivery, listDeliveries } from '../../src/finops/billing/schema.ts';
import { getBudget } from '../../src/finops/budgets/schema.ts';
import { costSummary } from '../../src/finops/costs/schema.ts';
import { listPredictions } from '../../src/mlops/predictions/schema.ts';
import { linearGraph } from '../../src/mlops/serving/graphs.testing.ts';
import { appliedEndpoint, registeredFiles } from '../../src/mlops/testing/serving.ts';
import { listServers } from '../../src/platform/servers/schema.ts';
import { decimal } from '../../src/platform/units/index.ts';
import { testApplication } from '../../src/testing/application.ts';
import { isDeep } from '../../src/testing/deep.ts';
import { lastingPort } from '../support/free-port.ts';
import { findPostgres, runDatabases } from '../support/postgres.ts';
import { applyTo, ask } from '../support/server-calls.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { startBalancer } from './load/balancer.ts';
import { type Campaign, GRACE_SECONDS, type Imported, importBills, look, predict, reserve } from './load/clients.ts';
import { describeAnswers, findProcesses, fitMemory, sampleMemory } from './load/figures.ts';
import { createSender } from './load/sender.ts';
import { createExperiment, logRuns, readRun } from './load/tracking.ts';

/** TEST_LOAD_MINUTES=20 for docs/benchmarks.md; an hour in the deep run. */
const MINUTES = Number(process.env.TEST_LOAD_MINUTES ?? (isDeep ? 60 : 1.4));
const DURATION_MS = MINUTES * 60_000;
const isLong = MINUTES >= 10;
/** A server is back after 20 to 30 s: until then it waits for its own lease. */
const KILL_EVERY_MS = isLong ? 120_000 : 10_000;
const KILL_LAST_MS = isLong ? 60_000 : 30_000;
const CLIENTS = { mlflow: 8, predictions: 4, imports: 2, pages: 2, reservations: 64 };
/** Of 64 clients about a half wants a reservation at a time; at 1 USD a second the budget is enough for 16 at most. */
const BUDGET = String(16 * GRACE_SECONDS);
/** Of the server that is never killed, after its warm-up. */
const MOST_MIB_PER_MINUTE = 1;
const MOST_MIB = 1500;

const MANIFESTS = `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: test, prices: [{resource: gpu, perHour: '3600', effectiveFrom: 2026-01-01}]}
---
apiVersion: steelyard/v1
kind: Budget
metadata: {name: recs}
spec: {subject: {team: recs}, amount: '${BUDGET}', currency: USD, enforcement: hard}
`;

describe.skipIf(findPostgres() === null)('two servers and a gateway under load (skipped without PostgreSQL)', () => {
  it(
    'lose nothing, count nothing twice and spend no more than the budget while servers are killed',
    async () => {
      const database = await (await runDatabases()).newDatabase();
      const data = mkdtempSync(join(tmpdir(), 'load-and-kill-'));
      await registerModel(data, database);
      {
        const start = async (name: string, roles: string, more: Readonly<Record<string, string>> = {}) => {
          const own = { STEELYARD_SERVER: name, STEELYARD_ROLES: roles, STEELYARD_PORT: String(await lastingPort()) };
          const common = { STEELYARD_DATABASE: database, STEELYARD_LOG_LEVEL: 'silent', ...readImageMalloc() };
          return startServerProcess(data, { ...common, ...own, ...more });
        };
        const debuggingPort = await lastingPort();
        await using a = await start('a', 'api,gateway,worker', {
          NODE_OPTIONS: `--inspect=127.0.0.1:${debuggingPort}`,
        });
        await using b = await start('b', 'api,gateway,worker');
        await using gateway = await start('gateway', 'gateway');
        await applyTo(a, MANIFESTS);
        const experiment = await createExperiment(createSender(a.url));
        await using balancer = await startBalancer([a, b], [a, b, gateway]);
        const over = Promise.withResolvers<void>();
        let isOver = false;
        const campaign: Campaign = { sender: createSender(balancer.url), isOver: () => isOver };
        const clients = <T>(count: number, work: (client: number) => Promise<T>) =>
          Promise.all(Array.from({ length: count }, (_, client) => work(client)));
        const working = Promise.all([
          logRuns(campaign, { count: CLIENTS.mlflow, experiment, over: over.promise }),
          clients(CLIENTS.predictions, (client) => predict(campaign, `p${client}`)),
          clients(CLIENTS.imports, (client) => importBills(campaign, `bill-${client}`)),
          clients(CLIENTS.reservations, (client) => reserve(campaign, `r${client}`)),
          clients(CLIENTS.pages, () => look(campaign)),
          sampleMemory(a.pid, debuggingPort, campaign.isOver),
        ]);
        const end = () => {
          isOver = true;
          over.resolve();
        };
        const killing = killInTurn([b, gateway], campaign.isOver);
        // A client that fails ends the campaign.
        await Promise.race([pause(DURATION_MS), working.catch(end), killing.catch(end)]);
        end();
        const kills = await killing;
        const [runs, predicted, imported, spent, exceeded, memory] = await working;
        expect(kills).toBeGreaterThan(1);
        // The only server that was there before has ended.
        const live = (await ask(a, listServers)).servers.filter(({ state }) => state === 'live');
        expect(live.map(({ name }) => name)).toEqual(['a', 'b', 'gateway']);
        // An error of a server, unlike one of the balancer, names its cause.
        expect(balancer.failures.filter((failure) => failure.includes('internal'))).toEqual([]);

        for (const server of [a, b]) {
          const sender = createSender(server.url);
          await inParts(runs, async (run) =>
            expect(await readRun(sender, run)).toEqual({ ...run, status: 'FINISHED' }),
          );
          expect(await predictionsOf(server)).toEqual(predicted.flat().toSorted());
          await checkBills(server, imported);
          await checkBudget(server, spent);
        }
        expect(exceeded.flat()).toEqual([]);
        expect(spent.reduce((sum, one) => sum + one.refused, 0)).toBeGreaterThan(0);
        const fit = fitMemory(memory);
        const facts = `${MINUTES} minutes, ${kills} kills, ${runs.length} runs, ${predicted.flat().length} predictions, ${imported.flatMap((one) => one.bills).length} bills, ${spent.reduce((sum, one) => sum + one.settled, 0)} reservations (${spent.reduce((sum, one) => sum + one.refused, 0)} refused); server a: peak ${Math.round(fit.peakMib)} MiB, ${fit.mibPerMinute?.toFixed(2) ?? 'unknown'} MiB a minute after the warm-up`;
        const left = memory.filter(({ isCollected }) => isCollected).map(({ mebibytes }) => Math.round(mebibytes));
        console.info(`${facts}\nMiB after collections: ${left.join(' ')}\n${describeAnswers(balancer.answers)}`);
        expect(fit.peakMib).toBeLessThan(MOST_MIB);
        if (isLong) expect(fit.mibPerMinute).toBeLessThan(MOST_MIB_PER_MINUTE);
      }
      // Replicas end after their server.
      await expect.poll(() => findProcesses(data)).toEqual([]);
    },
    DURATION_MS * 1.5 + 240_000,
  );
});

/** Memory of the servers is measured as in the image. */
function readImageMalloc(): { readonly MALLOC_ARENA_MAX: string } {
  const dockerfile = readFileSync(join(import.meta.dirname, '../../deploy/Dockerfile'), 'utf8');
  const arenas = /MALLOC_ARENA_MAX=(\d+)/.exec(dockerfile)?.[1];
  if (arenas === undefined) throw new Error('deploy/Dockerfile does not set MALLOC_ARENA_MAX');
  return { MALLOC_ARENA_MAX: arenas };
}

/** A model and its endpoint, from the only server that was there before. */
async function registerModel(data: string, database: string): Promise<void> {
  await using application = await testApplication({}, { data, database });
  const version = await registeredFiles(application, 'm', { 'model.onnx': linearGraph([1, 1]) });
  const main = { model: 'm', version, backend: 'onnx' };
  await appliedEndpoint(application, 'kept', { variants: { main }, log: { answer: 'before' } });
}

/** Kills one server after the other, each when the one before is back; returns the number of kills. */
async function killInTurn(victims: readonly ServerProcess[], isOver: () => boolean): Promise<number> {
  const last = performance.now() + DURATION_MS - KILL_LAST_MS;
  for (let kills = 0; ; kills += 1) {
    const victim = victims[kills % victims.length];
    if (victim === undefined || isOver() || performance.now() + KILL_EVERY_MS > last) return kills;
    await pause(KILL_EVERY_MS); // the servers work in peace
    await victim.kill();
    await victim.startAgain();
  }
}

async function inParts<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

async function predictionsOf(server: ServerProcess): Promise<string[]> {
  const ids: string[] = [];
  let pageToken: string | undefined;
  do {
    const page = await ask(server, listPredictions, { query: { model: 'm', pageSize: 1000, pageToken } });
    ids.push(...page.predictions.map(({ prediction }) => prediction));
    pageToken = page.nextPageToken ?? undefined;
  } while (pageToken !== undefined);
  return ids.toSorted();
}

async function readDeliveries(server: ServerProcess) {
  const found: Delivery[] = [];
  let pageToken: string | undefined;
  do {
    const page = await ask(server, listDeliveries, { query: { pageSize: 1000, pageToken } });
    found.push(...page.deliveries);
    pageToken = page.nextPageToken ?? undefined;
  } while (pageToken !== undefined);
  return found;
}

async function checkBills(server: ServerProcess, imported: readonly Imported[]): Promise<void> {
  const { totals } = await ask(server, costSummary, { query: { by: 'team', metric: 'billedCost' } });
  const total = imported.reduce((sum, one) => sum.plus(decimal(one.total)), decimal('0'));
  expect(totals.map(({ amount }) => decimal(amount).toFixed())).toEqual([total.toFixed()]);
  const bills = imported.flatMap((one) => one.bills);
  const deliveries = await readDeliveries(server);
  expect(deliveries.map(({ source, period }) => `${source} ${period}`).toSorted()).toEqual(bills.toSorted());
}

async function checkBudget(server: ServerProcess, clients: readonly { total: string }[]) {
  const { spent, reserved, limit } = await ask(server, getBudget, { params: { budget: 'recs' } });
  const total = clients.reduce((sum, one) => sum.plus(decimal(one.total)), decimal('0'));
  expect([decimal(spent?.amount ?? '0').toFixed(), reserved.amount]).toEqual([total.toFixed(), '0']);
  expect(total.lessThanOrEqualTo(decimal(limit.amount))).toBe(true);
}
