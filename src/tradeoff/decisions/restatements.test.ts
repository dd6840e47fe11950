import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { revertDelivery } from '../../finops/billing/schema.ts';
import type { Application } from '../../main.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, importFiles } from '../../testing/application.ts';
import { quietApplication } from '../../testing/shared.ts';
import { checkGate } from '../gates/schema.ts';
import { type DecisionDetail, getDecision, listDecisions } from './schema.ts';

const CONFIG = `
apiVersion: steelyard/v1
kind: AllocationRules
metadata: {name: rules}
spec:
  rules:
    - {name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}'}}
---
apiVersion: steelyard/v1
kind: Budget
metadata: {name: recs}
spec: {subject: {team: recs}, amount: '500', currency: USD}
---
apiVersion: steelyard/v1
kind: Policy
metadata: {name: affordable}
spec:
  model: ranker
  currency: USD
  quality:
    - {metric: ndcg, direction: higher, floor: '0.2'}
  cost:
    - {measure: budget, predictionsPerMonth: 20000000, budget: recs}
`;

const bill = (cost: string) =>
  `BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,Tags\n${cost},${cost},USD,2026-11-01,2026-11-02,"{""team"": ""recs""}"\n`;

let application: Application;
let now: number;
beforeEach(async () => {
  now = Date.parse('2026-11-10T12:00:00Z');
  application = await quietApplication({ clock: { now: () => now } });
  onTestFinished(() => application[Symbol.asyncDispose]());
  await call(application, postApply, { body: { documents: [{ file: 'c.yaml', text: CONFIG }] } });
  await mlflow('registered-models/create', { name: 'ranker' });
  await mlflow('model-versions/create', { name: 'ranker', source: 's3://models/ranker' });
});

async function mlflow(path: string, body: object): Promise<void> {
  const url = `/api/2.0/mlflow/${path}`;
  const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload: body });
  expect(answer.statusCode, answer.body).toBe(200);
}

async function deliver(cost: string): Promise<string> {
  now += 60_000;
  return (await importFiles(application, 'aws', { 'nov.csv': bill(cost) })).delivery ?? '';
}

async function decide(): Promise<string> {
  now += 60_000;
  const body = { model: 'ranker', version: '1', policy: 'affordable' };
  return (await call(application, checkGate, { body })).decision ?? '';
}

const decision = (id: string) => call(application, getDecision, { params: { decision: id } });

/** Events are delivered in the background. */
const eventually = (id: string, expected: Partial<DecisionDetail>) =>
  vi.waitFor(async () => expect(await decision(id)).toMatchObject(expected), { timeout: 15_000, interval: 10 });

describe('a decision whose bill changes', () => {
  it('says so, from what delivery to what, until the version is weighed again', async () => {
    const before = await deliver('300');
    const taken = await decide();
    expect(await decision(taken)).toMatchObject({ restatedBy: [], needsReevaluation: false });
    now = Date.parse('2026-12-20T00:00:00Z');
    const after = await deliver('400');
    await eventually(taken, {
      restatedBy: [{ at: '2026-12-20T00:01:00.000Z', source: 'aws', period: '2026-11', closed: true, before, after }],
      needsReevaluation: true,
    });
    const { decisions } = await call(application, listDecisions);
    expect(decisions).toMatchObject([{ decision: taken, needsReevaluation: true }]);
    now = Date.parse('2026-12-21T00:00:00Z');
    const again = await decide();
    expect(await decision(taken)).toMatchObject({ needsReevaluation: false, restatedBy: [{ before, after }] });
    expect(await decision(again)).toMatchObject({ needsReevaluation: false, restatedBy: [] });
  });

  it('stands again when the bill comes back', async () => {
    await deliver('300');
    const taken = await decide();
    const wrong = await deliver('900');
    await eventually(taken, { needsReevaluation: true });
    await call(application, revertDelivery, { body: { delivery: wrong } });
    await eventually(taken, { restatedBy: [], needsReevaluation: false });
  });

  it('that stood on no bill has nothing to say', async () => {
    const taken = await decide();
    await deliver('300');
    await deliver('301');
    const later = await decide();
    await deliver('302');
    await eventually(later, { needsReevaluation: true });
    expect(await decision(taken)).toMatchObject({ restatedBy: [], needsReevaluation: false });
  });
});
