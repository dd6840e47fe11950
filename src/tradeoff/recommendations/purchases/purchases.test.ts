import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordUsage } from '../../../finops/metering/schema.ts';
import { adviseSpot } from '../../../finops/purchasing/schema.ts';
import { bill } from '../../../finops/testing/costs.ts';
import { billedHour } from '../../../finops/testing/purchases.ts';
import { applied } from '../../../mlops/testing/pipelines.ts';
import { call, catchProblem, importFiles, postponeJobs, testApplication } from '../../../testing/application.ts';
import { listDecidedActs } from '../../decisions/schema.ts';
import { RecommendationRoom } from '../../testing/recommendations.ts';
import { applyRecommendation, findRecommendations, getRecommendation, listRecommendations } from '../schema.ts';
import { deletePurchaseTerms, listPurchaseTerms } from './schema.ts';

const NOON = Date.parse('2026-11-26T12:20:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const clock = { at: NOON, now: () => clock.at };
const usd = (amount: string) => ({ amount, currency: 'USD' });
const iso = (at: number) => new Date(at).toISOString();

const FIRST = Date.parse('2026-10-20T00:00:00Z');
const TODAY = Date.parse('2026-11-26T00:00:00Z');
/** Three in each hour for 37 days: one of them trains for ten hours of each day. */
const rows = Array.from({ length: (TODAY - FIRST) / HOUR }, (_, hour) => billedHour(FIRST + hour * HOUR, 3)).flat();

/** Capacity for about three hours, then none for one. */
const history = {
  ...{ name: 'us-west-2b', lengthSeconds: 40 * 4 * 3600 },
  up: Array.from({ length: 40 }, (_, run) => [run * 4 * 3600 + (run % 5) * 300, (run * 4 + 3) * 3600]),
};
const offer = `{name: us-west-2b, resource: p3.2xlarge, perHour: '0.918', save: 1m, restart: 2m, deadlineRatio: 1.5, histories: [${JSON.stringify(history)}]}`;
const commitment = `{name: p3-1y, resource: p3.2xlarge, filter: [skuId=GPU], committedPerHour: '1.94'}`;
const serving =
  '{endpoint: home, latency: 100ms, profile: [{type: t4, requestsPerSecond: 50, latencyMs: 80}], prices: {t4: 0.1}}';
const STATED = `{currency: USD, commitments: [${commitment}], spot: [${offer}], serving: [${serving}]}`;
const terms = (spec: string) => `{apiVersion: steelyard/v1, kind: PurchaseTerms, metadata: {name: aws}, spec: ${spec}}`;

let application: Awaited<ReturnType<typeof testApplication>>;
let room: RecommendationRoom;
beforeAll(async () => {
  application = await testApplication({ clock });
  await postponeJobs(application, 'forecasts.make', 'anomalies.judge');
  room = new RecommendationRoom(application, clock);
  await applied(
    application,
    `{apiVersion: steelyard/v1, kind: PriceBook, metadata: {name: own}, spec: {currency: USD, source: a list, prices: [{resource: machine, perHour: '0.5', effectiveFrom: 2026-01-01}, {resource: p3.2xlarge, perHour: '3.06', effectiveFrom: 2026-01-01}]}}
---
{apiVersion: steelyard/v1, kind: Pipeline, metadata: {name: training}, spec: {engine: kubernetes, image: 'python:3', steps: {train: {run: python train.py, resources: {instance: p3.2xlarge}}}}}
---
{apiVersion: steelyard/v1, kind: Pipeline, metadata: {name: nightly}, spec: {steps: {train: {run: python train.py, resources: {instance: p3.2xlarge}}}}}`,
  );
  await importFiles(application, 'aws', { 'bill.csv': bill(rows) });
  const used = (pipeline: string, day: number, hours: number) => ({
    ...{ usage: `${pipeline}:${day}`, resource: 'p3.2xlarge', quantity: '1', origin: 'test' },
    subject: { pipeline, pipelineRun: `${day}`, step: 'train', purpose: 'training' as const },
    period: { start: iso(TODAY - day * DAY), end: iso(TODAY - day * DAY + hours * HOUR) },
  });
  const days = Array.from({ length: 13 }, (_, index) => index + 1);
  const intervals = [...days.map((day) => used('training', day, 10)), used('nightly', 1, 1)];
  await call(application, recordUsage, { body: { intervals } });
  await room.endpoint('home');
  await room.past('home', { hours: 14 * 24, requests: () => 60, hoursOfMinutes: 4 });
});
afterAll(() => application[Symbol.asyncDispose]());

const find = async () => (await call(application, findRecommendations, { body: {} })).searched;
const lacks = async (kind: string) => (await find()).find((one) => one.kind === kind);
const open = async () => (await call(application, listRecommendations, { query: { state: 'open' } })).recommendations;
const shown = (recommendation: string) => call(application, getRecommendation, { params: { recommendation } });
const requireOpen = async (kind: string) => {
  const found = (await open()).find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} is open`);
  return shown(found.recommendation);
};

describe('purchases that are recommended', () => {
  it('say which terms they lack, and how to state them', async () => {
    for (const kind of ['spot', 'commitment', 'hardware']) {
      expect(await lacks(kind)).toMatchObject({ found: 0, reason: expect.stringContaining('kind PurchaseTerms with') });
    }
    await applied(application, terms(STATED));
    expect((await call(application, listPurchaseTerms)).terms).toMatchObject([
      { name: 'aws', commitments: ['p3-1y'], spot: ['us-west-2b'], serving: ['home'] },
    ]);
    const reasons = new Map((await find()).map(({ kind, reason }) => [kind, reason]));
    expect(reasons.get('spot')).toBe(
      'aws/us-west-2b: pipeline nightly runs on process, which has no spot capacity; engine: kubernetes has spot nodes',
    );
    expect([reasons.get('commitment'), reasons.get('hardware')]).toEqual([null, null]);
  });

  it('commit to what the bill wants in most hours, with the delivery that it was read from', async () => {
    const one = await requireOpen('commitment');
    expect(one).toMatchObject({
      title: 'Commit to 3 x p3.2xlarge for a year (p3-1y)',
      // 3 x (3.06 - 1.94) x 730.
      saving: { monthly: usd('2452.8'), cost: usd('6701.4') },
      confidence: { level: 'medium', coverageRatio: 1, days: 37 },
      risk: { level: 'medium', text: expect.stringContaining('$50,983.20 are due over a year') },
      action: { type: 'by_hand' },
      evidence: {
        commitments: [
          { item: 'resource:p3.2xlarge', quantity: '3', onDemandPerHour: '3.06', committedPerHour: '1.94' },
        ],
      },
    });
    expect(one.evidence.deliveries).toHaveLength(1);
    expect(one.evidence.figures).toContainEqual({ name: 'break-even utilization', value: '63.4 %' });
    // A commitment may lose money: the interval of an unused term extends below zero.
    expect(one.evidence.missing.join()).toContain('the term is longer than the history');
  });

  it('run steps on spot capacity, by the history replayed with their deadline', async () => {
    const one = await requireOpen('spot');
    const prices = { spotPrice: usd('0.918'), onDemandPrice: usd('3.06') };
    const job = { workHours: 10, saveSeconds: 60, restartSeconds: 120, ...prices };
    const body = adviseSpot.body.parse({ ...job, histories: [history] });
    const [zone] = (await call(application, adviseSpot, { body })).zones;
    const [{ keep: [kept = 0] = [], range = null } = {}] = one.evidence.effects;
    expect(one).toMatchObject({
      title: 'Run 1 step of training on spot p3.2xlarge (us-west-2b)',
      subject: { pipeline: 'training' },
      guard: expect.stringMatching(
        /switches to on demand before the deadline is at risk: the replay missed 0 of 100 deadlines/,
      ),
      action: {
        type: 'by_hand',
        manifest: expect.stringMatching(/spot:\n\s+deadline: 15h\n\s+work: 10h\n\s+changeover: 2m/),
      },
    });
    expect(kept).toBeGreaterThan(0.3);
    expect(kept).toBeLessThan(0.6);
    expect(range?.least).toBeLessThanOrEqual(kept);
    expect(range?.most).toBeGreaterThanOrEqual(kept);
    expect(one.evidence.figures).toContainEqual({
      name: 'checkpoint interval by Young',
      value: expect.stringMatching(/^\d+m(\d+s)?$/),
    });
    expect(one.evidence.figures.find(({ name }) => name === 'recommended checkpoint interval')?.value).toContain(
      zone?.reason ?? 'none',
    );
    // Ten hours of 13 of the 14 days, of which that part is kept.
    const cost = (130 * 3.06 * 730) / 336;
    expect(Number(one.saving.cost?.amount)).toBeCloseTo(cost, 2);
    expect(Number(one.saving.monthly?.amount)).toBeCloseTo(cost * (1 - kept), 2);
    expect(Number(one.saving.lower?.amount)).toBeLessThan(Number(one.saving.monthly?.amount));
  });

  it('serve a model on the cheapest hardware that was measured to be in time', async () => {
    expect(await requireOpen('hardware')).toMatchObject({
      title: 'Serve home on 1 x t4 instead of 1 x machine',
      saving: { monthly: usd('292'), cost: usd('365') },
      guard: expect.stringContaining('within 100 ms'),
      subject: { endpoint: 'home' },
    });
  });

  it('are computed together: what goes to spot is not committed to', async () => {
    const { totals, recommendations } = await call(application, listRecommendations, { query: { state: 'open' } });
    const [total] = totals;
    const spot = await requireOpen('spot');
    // With three bought, spot work leaves one of them idle: the commitment saves more, so spot is left out.
    expect(total?.leftOut).toEqual([spot.recommendation]);
    expect(recommendations).toHaveLength(3);
    expect(Number(total?.saving.monthly?.amount)).toBeCloseTo(2452.8 + 292, 4);
    expect(Number(total?.sumOfAlone.amount)).toBeGreaterThan(2452.8 + 292);
  });

  it('keep a decision of what a person has to buy, and read from the bill what it saved', async () => {
    const { recommendation } = await requireOpen('commitment');
    const params = { recommendation };
    const apply = () => call(application, applyRecommendation, { params, body: { isDryRun: false } });
    expect((await apply()).changes[0]).toContain('buy 3 x p3.2xlarge for a year from your cloud');
    // After approval, later bills and terms do not lapse the recommendation.
    const cheaper = terms(`{currency: USD, commitments: [${commitment.replace('1.94', '1.5')}]}`);
    await applied(application, cheaper);
    await find();
    expect((await open()).map(({ state, recommendation: id }) => [state, id])).toContainEqual([
      'approved',
      recommendation,
    ]);
    await applied(application, terms(STATED));
    expect((await apply()).recommendation).toMatchObject({ state: 'applied', realised: null });
    const { acts } = await call(application, listDecidedActs, { query: { about: recommendation } });
    expect(acts.map(({ act }) => act)).toEqual(['applied', 'approved']);
    clock.at = NOON + 2 * DAY + HOUR;
    await application.jobs.drain();
    const nothing = (await shown(recommendation)).realised;
    expect(nothing).toMatchObject({ monthly: null, reason: 'the bill has no hour since the change yet' });
    // Two of three were used: 2 x 3.06 - 3 x 1.94 = 0.3 an hour.
    const since = Array.from({ length: 48 }, (_, hour) =>
      billedHour(NOON - (NOON % HOUR) + (hour + 1) * HOUR, 1, 2),
    ).flat();
    const unused = since
      .filter((row) => row.PricingCategory === 'Committed')
      .map((row) => ({ ...row, CommitmentDiscountStatus: 'Unused', PricingQuantity: '' }));
    await importFiles(application, 'aws', { 'bill.csv': bill([...rows, ...since, ...unused]) });
    clock.at += HOUR;
    await application.jobs.drain();
    const { realised, timeline } = await shown(recommendation);
    expect(realised).toMatchObject({ monthly: usd('219'), hours: 48, stated: usd('2452.8'), isFinal: false });
    expect(timeline.map(({ step }) => step)).toEqual(['found', 'approved', 'applied', 'realised']);
  });

  it('lapse when their terms are deleted', async () => {
    const params = { terms: 'aws' };
    expect(await call(application, deletePurchaseTerms, { params })).toEqual({ name: 'aws' });
    expect(await catchProblem(call(application, deletePurchaseTerms, { params }))).toMatchObject({
      code: 'purchase_terms_not_found',
    });
    await find();
    expect((await open()).filter(({ kind }) => kind === 'spot' || kind === 'hardware')).toEqual([]);
  });

  it.each([
    ['a price of nothing', `commitments: [{name: a, resource: m, filter: [skuId=A], committedPerHour: 0}]`],
    ['rows of the whole bill', `commitments: [{name: a, resource: m, filter: [], committedPerHour: 1}]`],
    ['spot without a word of interruptions', 'spot: [{name: a, resource: m, perHour: 1, save: 1m, restart: 1m}]'],
    [
      'a deadline that nothing was replayed for',
      'spot: [{name: a, resource: m, perHour: 1, save: 1m, restart: 1m, meanHours: 3, deadlineRatio: 2}]',
    ],
    ['a model that was measured nowhere', 'serving: [{endpoint: a, latency: 1s, profile: []}]'],
  ])('refuse terms with %s', async (_name, spec) => {
    expect(await catchProblem(applied(application, terms(`{currency: USD, ${spec}}`)))).toMatchObject({
      code: 'manifest_invalid',
    });
  });
});
