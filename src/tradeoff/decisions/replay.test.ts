import { beforeAll, describe, expect, it } from 'vitest';
import { deleteDelivery } from '../../finops/billing/deletion/schema.ts';
import type { Application } from '../../main.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, catchProblem, importFiles } from '../../testing/application.ts';
import { sharedQuietApplication } from '../../testing/shared.ts';
import { checkGate } from '../gates/schema.ts';
import { allowChanges } from './record.testing.ts';
import { getDecision, replayDecision } from './schema.ts';

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

let now = Date.parse('2026-11-10T12:00:00Z');
const application: Application = await sharedQuietApplication({ clock: { now: () => now } });

async function mlflow(path: string, body: object): Promise<void> {
  const url = `/api/2.0/mlflow/${path}`;
  const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload: body });
  expect(answer.statusCode, answer.body).toBe(200);
}

beforeAll(async () => {
  await call(application, postApply, { body: { documents: [{ file: 'c.yaml', text: CONFIG }] } });
  await mlflow('registered-models/create', { name: 'ranker' });
  await mlflow('model-versions/create', { name: 'ranker', source: 's3://models/ranker' });
});

const files = (cost: string) => ({
  'nov.csv': `BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,Tags\n${cost},${cost},USD,2026-11-01,2026-11-02,"{""team"": ""recs""}"\n`,
});

async function decideOn(cost: string): Promise<{ delivery: string; decision: string }> {
  now += 60_000;
  const { delivery } = await importFiles(application, 'aws', files(cost));
  const body = { model: 'ranker', version: '1', policy: 'affordable', dryRun: false };
  const { decision } = await call(application, checkGate, { body });
  return { delivery: delivery ?? '', decision: decision ?? '' };
}

const replay = (decision: string) => call(application, replayDecision, { params: { decision } });
const remove = (delivery: string) => call(application, deleteDelivery, { body: { delivery, dryRun: false } });

describe('the replay of a decision', () => {
  it('gives the same verdict from the bills it stood on, whose sums and digests it keeps', async () => {
    const { delivery, decision } = await decideOn('120.5');
    const { evidence, verdict, checks } = await call(application, getDecision, { params: { decision } });
    expect(evidence.budgets).toMatchObject([{ budget: 'recs', currency: 'USD', remaining: '379.5' }]);
    expect(evidence.bills).toMatchObject([
      {
        ...{ delivery, source: 'aws', period: '2026-11', rows: 1 },
        chargeDates: { from: '2026-11-02', to: '2026-11-02' },
        totals: expect.arrayContaining([{ metric: 'billedCost', currency: 'USD', amount: '120.5' }]),
        rawSha256: [expect.stringMatching(/^[0-9a-f]{64}$/)],
      },
    ]);
    const replayed = await replay(decision);
    expect(replayed).toMatchObject({ verdict, recordedVerdict: verdict, isSame: true });
    expect(replayed.checks).toEqual(checks);
    expect(replayed.bills).toMatchObject([{ delivery, rows: 1, isSame: true }]);
    expect(replayed.evidenceSha256).toMatch(/^[0-9a-f]{64}$/);
    // Another bill counts by now: the replay uses the one of the decision.
    await decideOn('130');
    expect(await replay(decision)).toEqual(replayed);
  });

  it('names the bill that was deleted, says so beforehand, and works again when it is imported again', async () => {
    const { delivery, decision } = await decideOn('140');
    const dry = await call(application, deleteDelivery, { body: { delivery, dryRun: true } });
    expect(dry.unanswerable).toContain(`a replay of decision ${decision}: its evidence names ${delivery}`);
    const before = await call(application, getDecision, { params: { decision } });
    await remove(delivery);
    const problem = await catchProblem(replay(decision));
    expect(problem).toMatchObject({
      ...{ code: 'evidence_deleted', status: 410, decision },
      deleted: [
        { table: 'bill_row', delivery, periods: ['2026-11'], cause: 'delivery', at: new Date(now).toISOString() },
      ],
    });
    const after = await call(application, getDecision, { params: { decision } });
    expect(after.evidence).toEqual(before.evidence);
    await importFiles(application, 'aws', files('140'));
    expect(await replay(decision)).toMatchObject({ isSame: true });
  });

  it('refuses evidence that was changed in the store, and decisions that do not keep what budgets had left', async () => {
    const { decision } = await decideOn('150');
    await allowChanges(application.store);
    const change = async (edit: (text: string) => string) => {
      const documents = application.store.tables<{ decision: { id: string; document: string } }>();
      const { document } = await documents
        .selectFrom('decision')
        .select('document')
        .where('id', '=', decision)
        .executeTakeFirstOrThrow();
      await documents
        .updateTable('decision')
        .set({ document: edit(document) })
        .where('id', '=', decision)
        .execute();
    };
    await change((text) => text.replace('"remaining":"350"', '"remaining":"950"'));
    expect(await catchProblem(replay(decision))).toMatchObject({ code: 'evidence_damaged', status: 503 });
    await change((text) => {
      const { evidenceSha256: _digest, ...old } = JSON.parse(text);
      const { budgets: _budgets, bills: _bills, ...evidence } = old.evidence;
      return JSON.stringify({ ...old, evidence });
    });
    expect(await catchProblem(replay(decision))).toMatchObject({ code: 'evidence_not_kept', status: 409 });
    const unknown = replay(`dec_${'0'.repeat(20)}`);
    expect(await catchProblem(unknown)).toMatchObject({ code: 'decision_not_found' });
  });
});
