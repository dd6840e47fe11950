import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteDelivery } from '../../../finops/billing/deletion/schema.ts';
import { revertDelivery } from '../../../finops/billing/schema.ts';
import { recordUsage } from '../../../finops/metering/schema.ts';
import type { Application } from '../../../main.ts';
import { TEAM_TAG } from '../../../mlops/tracking/index.ts';
import type { StoredEvent } from '../../../platform/events/index.ts';
import { type SmtpServer, startSmtpServer } from '../../../platform/mail/smtp-server.testing.ts';
import { postApply } from '../../../platform/manifests/schema.ts';
import { call, importFiles, postponeJobs, testApplication } from '../../../testing/application.ts';
import { checkGate } from '../../gates/schema.ts';
import { getDecision, listDecisions } from '../schema.ts';
import { receiveChange } from './index.ts';

const RULES = `
apiVersion: steelyard/v1
kind: AllocationRules
metadata: {name: rules}
spec:
  rules:
    - {name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}'}}
`;

let now = Date.parse('2026-11-10T12:00:00Z');
let application: Application;
let smtp: SmtpServer;
const apply = (...texts: string[]) =>
  call(application, postApply, { body: { documents: texts.map((text, index) => ({ file: `${index}.yaml`, text })) } });

async function mlflow(path: string, body: object): Promise<{ run?: { info: { run_id: string } } }> {
  const url = `/api/2.0/mlflow/${path}`;
  const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload: body });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
}

const log = (run_id: string, value: number) =>
  mlflow('runs/log-metric', { run_id, key: 'ndcg', value, timestamp: now });

/** A model with one version, a bill, a budget, and two policies: one with the budget, one without a bill behind it. */
async function createScene(name: string) {
  const policy = (kind: 'budget' | 'training', floor: string) => {
    const cost =
      kind === 'budget'
        ? `{measure: budget, predictionsPerMonth: 20000000, budget: ${name}}`
        : "{measure: trainingCost, atMost: '5'}";
    return `
apiVersion: steelyard/v1
kind: Policy
metadata: {name: ${name}-${kind}}
spec:
  model: ${name}
  currency: USD
  quality:
    - {metric: ndcg, direction: higher, floor: '${floor}'}
  cost:
    - ${cost}
`;
  };
  const budget = `
apiVersion: steelyard/v1
kind: Budget
metadata: {name: ${name}}
spec: {subject: {team: ${name}}, amount: '500', currency: USD}
`;
  const scene = {
    policy,
    /** A version with a metric; answers its run. */
    async addVersion(ndcg: number): Promise<string> {
      const { run } = await mlflow('runs/create', { experiment_id: '0', start_time: now });
      const run_id = run?.info.run_id ?? '';
      await log(run_id, ndcg);
      await mlflow('model-versions/create', { name, source: `mlflow-artifacts:/0/${run_id}/artifacts/m`, run_id });
      return run_id;
    },
    async deliver(cost: string): Promise<string> {
      now += 60_000;
      const text = `BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ResourceId,Tags\n${cost},${cost},USD,2026-11-01,2026-11-02,vm-${name},"{""team"": ""${name}""}"\n`;
      return (await importFiles(application, name, { 'nov.csv': text })).delivery ?? '';
    },
    async decide(kind: 'budget' | 'training' = 'budget', version = '1'): Promise<string> {
      now += 60_000;
      const body = { model: name, version, policy: `${name}-${kind}` };
      return (await call(application, checkGate, { body })).decision ?? '';
    },
  };
  await apply(budget, policy('budget', '0.2'), policy('training', '0.2'));
  await mlflow('registered-models/create', { name });
  return { ...scene, firstRun: await scene.addVersion(0.3) };
}

/** Delivers all events and runs the jobs that they enqueue. */
async function settle(): Promise<void> {
  await application.events.drain();
  now += 60_000;
  for (const part of ['jobs', 'events', 'notifications'] as const) await application[part].drain();
}

const show = (decision: string) => call(application, getDecision, { params: { decision } });

/** Contract of the reviews of decisions on both engines. */
export function reviewSuite(engine: string, newDatabase: () => Promise<string>): void {
  describe(`reviews of decisions on ${engine}`, () => {
    beforeAll(async () => {
      smtp = await startSmtpServer();
      const address = join(mkdtempSync(join(tmpdir(), 'steelyard-reviews-')), 'smtp');
      writeFileSync(address, `smtp://me:pw@127.0.0.1:${smtp.port}`);
      const mail = { smtpUrl: `file:${address}`, smtpFrom: 'steelyard@example.org' };
      const settings = { ...mail, lakeThreads: 1, database: await newDatabase() };
      application = await testApplication({ clock: { now: () => now } }, settings);
      await postponeJobs(application, 'forecasts.make', 'anomalies.judge');
      await apply(RULES);
    });
    afterAll(async () => {
      await application[Symbol.asyncDispose]();
      await smtp[Symbol.asyncDispose]();
    });
    describe('a restated bill', testBills);
    describe('a changed policy', testPolicies);
    describe('a changed price', testPrices);
    describe('a change', testInForce);
    describe('changed quality evidence', testQuality);
    describe('a model that changes its team', testTeams);
    describe('several changes', testOrder);
  });
}

function testBills(): void {
  it('has exactly the decisions that are based on it judged again, once', async () => {
    const { deliver, decide } = await createScene('exact');
    await deliver('300');
    const superseded = await decide();
    const onBill = await decide();
    const other = await decide('training');
    await settle();
    expect((await show(onBill)).review).toBeNull();
    const [before] = (await show(onBill)).evidence.billDeliveries;
    const after = await deliver('400');
    await settle();
    await settle();
    const { review, reviews, isInForce, restatedBy, needsReevaluation } = await show(onBill);
    expect([isInForce, restatedBy.length, needsReevaluation]).toEqual([true, 1, false]);
    expect(reviews).toHaveLength(1);
    expect(review).toMatchObject({
      ...{ status: 'same', verdict: 'hold', policyVersion: 1 },
      causes: [{ kind: 'bill', ids: [before, after], text: `bill 2026-11 of exact imported: ${before} -> ${after}` }],
      changedChecks: [{ name: 'budget exact', before: { bound: '200' }, now: { bound: '100' } }],
      atStake: null,
      atStakeReason: 'the cost per month or its bound is unknown, now or at the decision',
      evidenceSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await show(other)).toMatchObject({ review: null, isInForce: true });
    expect(await show(superseded)).toMatchObject({ review: null, isInForce: false });
    const { decisions } = await call(application, listDecisions, { query: { model: 'exact' } });
    expect(decisions.map(({ decision, review: newest }) => [decision, newest?.status ?? null])).toEqual([
      [other, null],
      [onBill, 'same'],
      [superseded, null],
    ]);
  });

  it('is judged again when it is reverted, and again from a later delivery', async () => {
    const { deliver, decide } = await createScene('reverted');
    await deliver('300');
    const decision = await decide();
    await settle();
    const wrong = await deliver('900');
    await settle();
    const restated = (await show(decision)).review;
    await call(application, revertDelivery, { body: { delivery: wrong } });
    await settle();
    const { reviews } = await show(decision);
    expect(reviews.map(({ causes }) => causes[0]?.text.split(':')[0])).toEqual([
      'bill 2026-11 of reverted reverted',
      'bill 2026-11 of reverted imported',
    ]);
    expect(reviews[0]?.changedChecks).toEqual([]);
    expect(reviews[1]).toEqual(restated);
  });

  it('that is deleted is recorded as a decision that cannot be judged', async () => {
    const { deliver, decide } = await createScene('deleted');
    const delivery = await deliver('300');
    const decision = await decide();
    await settle();
    await call(application, deleteDelivery, { body: { delivery, dryRun: false } });
    await settle();
    expect((await show(decision)).review).toMatchObject({
      status: 'cannot-be-judged',
      verdict: null,
      evidenceSha256: null,
    });
    expect((await show(decision)).review?.summary).toContain(delivery);
  });
}

function testPolicies(): void {
  it('has its decisions judged by the new version, and says what fails', async () => {
    const { decide, policy } = await createScene('strict');
    const decision = await decide('training');
    await settle();
    await apply(policy('training', '0.9'), policy('budget', '0.2'));
    await settle();
    expect((await show(decision)).review).toMatchObject({
      ...{ status: 'would-differ', verdict: 'reject', policyVersion: 2 },
      summary: 'The verdict would now be reject; fails: ndcg floor.',
      causes: [{ kind: 'policy', ids: ['strict-training@2'] }],
    });
  });
}

const priceBook = (name: string, perHour: string) => `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: ${name}}
spec:
  currency: USD
  source: contract
  prices:
    - {resource: ${name}-cpu, perHour: '${perHour}', effectiveFrom: 2026-01-01}
`;

/** Trains the run for two hours on the resource of a price book. */
async function recordTraining(name: string, run: string): Promise<void> {
  const interval = {
    ...{ usage: `training-${run}`, subject: { run, purpose: 'training' as const }, resource: `${name}-cpu` },
    ...{ quantity: '1', origin: 'test', period: { start: '2026-11-09T10:00:00Z', end: '2026-11-09T12:00:00Z' } },
  };
  await call(application, recordUsage, { body: { intervals: [interval] } });
}

async function findReviewedEvents(decision: string): Promise<unknown[]> {
  const events = application.store.tables<{ event: { sequence: number; type: string; payload: string } }>();
  const reviewed = events.selectFrom('event').select('payload').where('type', '=', 'decision.reviewed');
  const rows = await reviewed.orderBy('sequence').execute();
  return rows.map(({ payload }) => JSON.parse(payload)).filter((payload) => payload.decision === decision);
}

/** A promotion stays in force while its alias points to the version, also after a later verdict about it. */
function testInForce(): void {
  it('has a promotion and a later verdict about the same version judged again', async () => {
    const { decide, policy, firstRun } = await createScene('kept');
    await apply(priceBook('kept', '1'));
    await recordTraining('kept', firstRun);
    await settle();
    const promotion = await decide('training');
    await apply(policy('training', '0.9'));
    const rejection = await decide('training');
    await settle();
    expect(await show(promotion)).toMatchObject({ verdict: 'promote', isInForce: true });
    expect(await show(rejection)).toMatchObject({ verdict: 'reject', isInForce: true });
    const rejectedAgain = await decide('training');
    await apply(policy('training', '0.1'));
    await settle();
    expect((await show(promotion)).review).toMatchObject({ status: 'same', verdict: 'promote' });
    expect(await show(rejection)).toMatchObject({ isInForce: false, review: null });
    expect((await show(rejectedAgain)).review).toMatchObject({ status: 'would-differ', verdict: 'promote' });
  });

  it('judges once when an event is delivered twice', async () => {
    const { deliver, decide } = await createScene('twice');
    await deliver('300');
    const decision = await decide();
    await settle();
    await deliver('400');
    await settle();
    const events = application.store.tables<{ event: StoredEvent & { payload: string } }>();
    const rows = await events.selectFrom('event').selectAll().where('type', '=', 'bill.imported').execute();
    await application.store.transaction(async (sql) => {
      const deps = { clock: { now: () => now }, jobs: application.jobs };
      for (const row of rows) await receiveChange(deps, sql, { ...row, payload: JSON.parse(row.payload) });
    });
    await settle();
    expect((await show(decision)).reviews).toHaveLength(1);
  });
}

function testPrices(): void {
  it('weakens a decision, then changes its verdict, and each time the owner of the model is told', async () => {
    const { decide, firstRun } = await createScene('priced');
    const team = `{displayName: Team, owner: owner@example.org}`;
    await apply(
      priceBook('priced', '1'),
      `apiVersion: steelyard/v1\nkind: Team\nmetadata: {name: priced}\nspec: ${team}\n`,
    );
    await mlflow('registered-models/set-tag', { name: 'priced', key: 'steelyard.team', value: 'priced' });
    await recordTraining('priced', firstRun);
    await settle();
    const decision = await decide('training');
    expect(await show(decision)).toMatchObject({ verdict: 'promote', evidence: { priceBooks: ['priced@1'] } });
    await settle();
    await apply(priceBook('priced', '2'));
    await settle();
    await settle();
    expect((await show(decision)).review).toMatchObject({
      ...{ status: 'weaker', verdict: 'promote' },
      summary: 'Still promote, but weaker; less than half of the headroom left: training cost.',
    });
    await apply(priceBook('priced', '3'));
    await settle();
    await settle();
    const { reviews, isInForce } = await show(decision);
    expect(isInForce).toBe(true);
    expect(reviews[0]).toMatchObject({ status: 'would-differ', verdict: 'reject' });
    expect(reviews.flatMap(({ causes }) => causes.map(({ kind }) => kind))).toContain('prices');
    expect(smtp.taken.map(({ to }) => to)).toContainEqual(['owner@example.org']);
    expect(smtp.taken.at(-1)?.content).toContain(decision);
    expect((await findReviewedEvents(decision)).at(-1)).toMatchObject({
      ...{ model: 'priced', version: '1', recordedVerdict: 'promote', review: { status: 'would-differ' } },
      owner: { actor: 'local', team: 'priced' },
    });
  });
}

function testQuality(): void {
  it('has the decisions about the version judged again, once for many changes', async () => {
    const { addVersion, decide } = await createScene('measured');
    const run = await addVersion(0.25);
    const other = await decide('training', '1');
    const decision = await decide('training', '2');
    await settle();
    for (let step = 1; step <= 20; step += 1) await log(run, 0.2 - step / 1000);
    await settle();
    await settle();
    const { reviews } = await show(decision);
    expect(reviews).toMatchObject([{ status: 'would-differ', verdict: 'reject', causes: [{ kind: 'quality' }] }]);
    expect((await show(other)).review).toBeNull();
  });

  it('of a deleted version is recorded as a decision that cannot be judged', async () => {
    const { addVersion, decide } = await createScene('gone');
    await addVersion(0.25);
    const decision = await decide('training', '2');
    await settle();
    const url = '/api/2.0/mlflow/model-versions/delete';
    const payload = { name: 'gone', version: '2' };
    const answer = await application.http.inject({ method: 'DELETE', url, headers: { host: 'localhost' }, payload });
    expect(answer.statusCode, answer.body).toBe(200);
    await settle();
    await settle();
    expect((await show(decision)).review).toMatchObject({ status: 'cannot-be-judged' });
    expect((await show(decision)).review?.summary).toMatch(/^Cannot be judged again: .*version "2"/);
  });
}

/** A model of a team moves to another team, whose policies apply from then on. */
function testTeams(): void {
  it('has its earlier decisions kept, and recorded as decisions that cannot be judged again', async () => {
    const { policy, decide, firstRun } = await createScene('moved');
    const setTeam = (value: string) => mlflow('registered-models/set-tag', { name: 'moved', key: TEAM_TAG, value });
    await apply(policy('training', '0.2').replace('model: moved', 'team: left'));
    await apply(policy('budget', '0.2').replace('model: moved', 'model: not-moved'));
    await setTeam('left');
    const decision = await decide('training');
    await settle();
    await log(firstRun, 0.31);
    await settle();
    await settle();
    expect((await show(decision)).review).toMatchObject({ status: 'same' });
    await setTeam('joined');
    await log(firstRun, 0.32);
    await settle();
    await settle();
    const { review, verdict } = await show(decision);
    expect([verdict, review?.status]).toEqual(['hold', 'cannot-be-judged']);
    expect(review?.summary).toContain('Policy "moved-training" no longer applies to model "moved"');
  });
}

function testOrder(): void {
  it('end in the same review in any order of arrival, judged together or one by one', async () => {
    const outcomes = [];
    const orders = [
      { order: [0, 1], isOneByOne: true },
      { order: [1, 0], isOneByOne: false },
    ];
    for (const [index, { order, isOneByOne }] of orders.entries()) {
      const { deliver, decide, policy } = await createScene(`ordered-${index}`);
      const changes = [() => apply(policy('budget', '0.31')), () => deliver('450')];
      await deliver('300');
      const decision = await decide();
      await settle();
      for (const change of order) {
        await changes[change]?.();
        if (isOneByOne) await settle();
      }
      await settle();
      const { review, reviews } = await show(decision);
      expect(reviews).toHaveLength(isOneByOne ? 2 : 1);
      outcomes.push([review?.status, review?.verdict, review?.summary, review?.changedChecks.map(({ now }) => now)]);
    }
    expect(outcomes[0]?.[0]).toBe('would-differ');
    expect(outcomes[1]).toEqual(outcomes[0]);
  });
}
