import { sql as raw } from 'kysely';
import type { Store } from '../../platform/store/index.ts';
import type { Check } from '../gates/schema.ts';
import { digestEvidence } from './evidence-digest.ts';
import type { TakenRecord } from './schema.ts';

/** A check of a cost per month that passes. */
export function madeCheck(changes: Partial<Check> = {}): Check {
  return {
    ...{ name: 'cost per month', side: 'cost', measured: '100', unit: 'USD per month', comparison: '<=', bound: '200' },
    ...{ holds: true, interval: null, source: 'test' },
    ...changes,
  };
}

/** A recorded decision on a quality floor and a training cost. */
export function madeRecord(number: number, changes: Partial<TakenRecord> = {}): TakenRecord {
  const evidence: TakenRecord['evidence'] = {
    candidate: {
      ...{ model: 'ranker', version: '1', aliases: [], runId: 'run-1', createdAt: '2026-11-01T00:00:00.000Z' },
      quality: [
        { metric: 'ndcg', value: 0.3, interval: null, sampleSize: null, measuredAt: null, source: 'run run-1' },
      ],
      trainingCost: {
        ...{ cost: { amount: '12.5', currency: 'USD' }, reason: null, basis: 'metered', intervals: 1 },
        ...{ predictions: null, window: null, source: 'usage' },
      },
    },
    champion: null,
    policy: {
      ...{ name: 'affordable', policyVersion: 1 },
      spec: {
        ...{ model: 'ranker', alias: 'champion', currency: 'USD' },
        quality: [{ metric: 'ndcg', direction: 'higher', floor: '0.2' }],
        cost: [{ measure: 'trainingCost', atMost: '20' }],
      },
    },
    ...{ billDeliveries: ['d_00000000000000000001'], priceBooks: ['own@2'], budgets: [], bills: [] },
  };
  return {
    decision: `dec_${String(number).padStart(20, '0')}`,
    at: '2026-11-02T00:00:00.000Z',
    ...{ actor: 'ada', model: 'ranker', version: '1', policy: 'affordable', policyVersion: 1, verdict: 'promote' },
    ...{ summary: `ranker v1: promote (${number}).`, checks: [madeCheck()], action: null },
    ...{ evidence, evidenceSha256: digestEvidence(evidence) },
    ...changes,
  };
}

/** Removes the triggers that protect decisions, as a person with the database file can. */
export async function allowChanges(store: Store): Promise<void> {
  const names =
    store.engine === 'sqlite' ? ['decision_no_update', 'decision_no_delete'] : ['decision_append_only on decision'];
  for (const name of names) await raw`drop trigger ${raw.raw(name)}`.execute(store.tables());
}
