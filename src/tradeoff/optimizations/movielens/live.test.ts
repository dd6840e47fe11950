import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { getReconciliation } from '../../../finops/allocation/reconciliation/schema.ts';
import { applied } from '../../../mlops/testing/pipelines.ts';
import { appliedEndpoint, countMetered, registeredFiles, settled } from '../../../mlops/testing/serving.ts';
import { call, catchProblem, importFiles, testApplication } from '../../../testing/application.ts';
import { isDeep } from '../../../testing/deep.ts';
import { getOptimization, type OptimizationDetail, proposeOptimization } from '../schema.ts';
import { hasMovielens, openRecommender, type Visitor } from './recommender.testing.ts';

const run = promisify(execFile);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MINUTES = 10;
const LIMIT_MS = 300_000;
const BEGIN = '2026-11-16T08:00:00Z';

const toDocument = (kind: string, name: string, spec: object) =>
  JSON.stringify({ apiVersion: 'steelyard/v1', kind, metadata: { name }, spec });
const price = (resource: string, perHour: string) => ({ resource, perHour, effectiveFrom: '2026-01-01' });

/** A shop of films with four versions: the present one, a better one, a worse one, and similarities of four bits. */
async function openShop() {
  const recommender = openRecommender();
  // Mid-month, so that no hour is of another day or period.
  const clock = { ahead: Date.parse(BEGIN) - Date.now(), now: () => Date.now() + clock.ahead };
  const folder = mkdtempSync(join(tmpdir(), 'steelyard-films-'));
  const drift = join(folder, 'drift.json');
  const application = await testApplication({ clock });
  onTestFinished(() => application[Symbol.asyncDispose]());
  await application.http.listen({ port: 0, host: '127.0.0.1' });
  const url = `http://127.0.0.1:${(application.http.server.address() as AddressInfo).port}`;
  const prices = [price('standard', '4'), price('huge', '12'), price('small', '1')];
  await applied(application, toDocument('PriceBook', 'own', { currency: 'USD', source: 'a list', prices }));
  const versions = [
    { lists: recommender.lists({ neighbours: 200, bits: null }), delayMs: 4 },
    { lists: recommender.lists({ neighbours: 10_000, bits: null }), delayMs: 4 },
    { lists: recommender.popular(), delayMs: 1 },
    { lists: recommender.lists({ neighbours: 200, bits: 4 }), delayMs: 2 },
  ];
  for (const { lists, delayMs } of versions) {
    const model = JSON.stringify({ lists: Object.fromEntries(lists), delayMs, drifts: delayMs === 2 });
    await registeredFiles(application, 'films', { MLmodel: 'flavors: {}', 'lists.json': model });
  }
  await applied(
    application,
    toDocument('Monitor', 'films', { model: 'films', labels: { withinDays: 1 }, quality: { kind: 'ranking', k: 10 } }),
  );
  const program = join(import.meta.dirname, 'lists-server.testing.ts');
  const main = {
    ...{ model: 'films', version: '1', backend: 'process', env: { DRIFT: drift }, replicas: { min: 3 } },
    resources: { instance: 'standard' },
    process: { protocol: 'mlflow', command: [process.execPath, program, '{port}', '{model}'] },
  };
  const log = { entity: { header: 'x-user' }, answer: 'before' };
  await appliedEndpoint(application, 'films', { variants: { main }, log, keepPrevious: '1s' });
  return {
    ...{ application, clock },
    visitors: recommender.visitors,
    popular: recommender.popular(),
    drift: (lists: ReadonlyMap<string, number[]>) => writeFileSync(drift, JSON.stringify(Object.fromEntries(lists))),
    async look() {
      await application.jobs.enqueue(application.store, { kind: 'optimizations.look', payload: null });
      await application.jobs.drain();
      await settled(application, 'films');
    },
    /** All visitors in the order of time, over ten minutes. */
    async visit() {
      const size = Math.ceil(recommender.visitors.length / MINUTES);
      for (let minute = 0; minute < MINUTES; minute += 1) {
        clock.ahead += MINUTE;
        const part: readonly Visitor[] = recommender.visitors.slice(minute * size, (minute + 1) * size);
        const file = join(folder, 'visitors.json');
        writeFileSync(file, JSON.stringify(part.map(({ user, relevant }) => ({ user, relevant }))));
        const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'visitors.testing.ts'), url, file]);
        expect(Number(stdout)).toBe(part.length);
      }
      clock.ahead += 2 * MINUTE;
    },
  };
}

const specOf = (change: object, relativeMargin: number, more: object = {}) =>
  ({
    ...{ endpoint: 'films', change, quality: [{ metric: 'ndcg@10', relativeMargin }] },
    ...{ guardrails: [{ metric: 'errorRate', margin: 0.05 }], ramp: { percents: [50], for: '5m' } },
    ...{ labelsWithin: '1m', deadline: '40m', holdOut: 0.25 },
    watch: { window: '10m', averageRunLength: 1_000, copies: 1 },
    ...more,
  }) as never;

/** A bill with one row: the machines of an endpoint on one day. */
function billOf(endpoint: string, day: string, amount: string): string {
  const next = new Date(Date.parse(day) + 24 * HOUR).toISOString().slice(0, 'YYYY-MM-DD'.length);
  const head =
    'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,SubAccountId,ServiceName,ResourceId,Tags';
  const tags = `"{""steelyard.endpoint"": ""${endpoint}""}"`;
  const row = [
    amount,
    amount,
    'USD',
    `${day.slice(0, 7)}-01T00:00:00Z`,
    `${day}T00:00:00Z`,
    `${next}T00:00:00Z`,
    'a',
    'EC2',
    'i-1',
    tags,
  ];
  return `${head}\n${row.join()}\n`;
}

describe.skipIf(!hasMovielens)('a shop of films with visitors in the order of time (../shared/data/stats)', () => {
  it('recommends ten unseen films to each of its visitors', () => {
    const { visitors, lists } = openRecommender();
    const found = lists({ neighbours: 200, bits: 4 });
    expect(visitors.length).toBeGreaterThan(500);
    for (const { user, history } of visitors) {
      const films = found.get(user) ?? [];
      expect(films).toHaveLength(10);
      expect(films.filter((film) => history.some((rating) => rating.film === film))).toEqual([]);
    }
  });

  // Minutes of visits to replicas that are processes.
  if (!isDeep) return;
  it(
    'refuses a better version at three times the cost, rolls back a worse one, keeps one within 5 %, and undoes it after drift',
    async () => {
      const shop = await openShop();
      const { application, clock } = shop;
      const shown = (optimization: string): Promise<OptimizationDetail> =>
        call(application, getOptimization, { params: { optimization } });
      const propose = async (optimization: string, spec: never) => {
        await call(application, proposeOptimization, { body: { optimization, spec } });
        await shop.look();
        expect(await shown(optimization)).toMatchObject({ state: 'running' });
      };

      // Three replicas at 12.00 against three at 4.00: no traffic can make this a saving.
      const better = specOf({ version: '2', resources: { instance: 'huge' } }, 0.05);
      const body = { optimization: 'better', spec: better };
      expect(await catchProblem(call(application, proposeOptimization, { body }))).toMatchObject({
        code: 'optimization_costs_more',
        detail: expect.stringMatching(/at least \$36 an hour after it, at most \$12 an hour before it/),
      });

      await propose('popular', specOf({ version: '3', resources: { instance: 'small' } }, 0.05));
      await shop.visit();
      await shop.look();
      expect(await shown('popular')).toMatchObject({
        state: 'rolled_back',
        reason: expect.stringMatching(/worse: ndcg@10/),
      });

      const fourBits = { version: '4', resources: { instance: 'small' } };
      await propose('strict', specOf(fourBits, 0.005));
      await shop.visit();
      await shop.look();
      expect(await shown('strict')).toMatchObject({
        state: 'running',
        checks: [{ name: 'ndcg@10', verdict: 'inconclusive' }, {}, {}],
      });
      clock.ahead += HOUR;
      await shop.look();
      expect(await shown('strict')).toMatchObject({
        state: 'rolled_back',
        reason: expect.stringMatching(/not proven at the deadline/),
      });

      await propose('four-bits', specOf(fourBits, 0.05));
      // On a busy machine the cost of a request varies, and more visits are needed until all is proven.
      let kept = await shown('four-bits');
      for (let round = 0; round < 3 && kept.state === 'running'; round += 1) {
        await shop.visit();
        await shop.look();
        kept = await shown('four-bits');
      }
      expect(kept).toMatchObject({ state: 'watched', percent: 75 });

      // The replicas before the last swap have ended: one of the baseline and three of the candidate remain.
      const keptMs = clock.now();
      await expect.poll(() => countMetered(application, keptMs), { timeout: 60_000 }).toBe(4);
      clock.ahead += 3 * HOUR;
      await shop.visit();
      await shop.look();
      // Usage of replicas is recorded every 15 s.
      await expect
        .poll(async () => (await shown('four-bits')).saving.hours, { timeout: 60_000 })
        .toBeGreaterThanOrEqual(2);
      const booked = await shown('four-bits');
      // Three big replicas would be needed; one of them and three small ones are paid.
      const hours = booked.saving.hours;
      const usd = (perHour: number) => ({ amount: String(perHour * hours), currency: 'USD' });
      expect(booked.saving).toMatchObject({ basis: 'metered', saved: usd(5), paid: usd(7) });

      await importFiles(application, 'cloud', { 'bill.csv': billOf('films', '2026-11-16', '120') });
      await application.events.drain();
      await application.jobs.drain();
      const { subjects } = await call(application, getReconciliation, { query: { period: '2026-11' } });
      const own = subjects.filter(({ subject }) => subject.endpoint === 'films');
      const sum = (of: (one: (typeof own)[number]) => string | null) =>
        own.reduce((total, one) => total + Number(of(one)), 0);
      const ratio = sum((one) => one.reconciled) / sum((one) => one.metered);
      expect(ratio).toBeLessThan(1);
      const billed = (await shown('four-bits')).saving;
      expect(billed.basis).toBe('reconciled');
      expect(Number(billed.saved?.amount)).toBeCloseTo(ratio * 5 * billed.hours, 2);
      expect(Number(billed.paid?.amount)).toBeCloseTo(ratio * 7 * billed.hours, 2);

      shop.drift(shop.popular);
      await shop.visit();
      await shop.look();
      const undone = await shown('four-bits');
      expect(undone).toMatchObject({ state: 'undone', percent: 0 });
    },
    LIMIT_MS,
  );
});
