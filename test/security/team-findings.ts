import { putAnomaly } from '../../src/finops/anomalies/store.ts';
import { insertEpisode } from '../../src/mlops/monitoring/alerts/store.ts';
import type { Store } from '../../src/platform/store/index.ts';
import { insertAct } from '../../src/tradeoff/decisions/acts-store.ts';
import { OptimizationSpec } from '../../src/tradeoff/optimizations/spec/schema.ts';
import { insertOptimization } from '../../src/tradeoff/optimizations/store.ts';
import { insertRecommendation } from '../../src/tradeoff/recommendations/store.ts';
import { RetrainingSpec } from '../../src/tradeoff/retraining/spec/schema.ts';
import { putRetraining } from '../../src/tradeoff/retraining/store.ts';

/** Things that the server finds or does without a request, as it stores them; without an owner for `nobody`. */
export interface Findings {
  readonly anomaly: string;
  readonly recommendation: string;
  readonly episode: string;
  readonly optimization: string;
  readonly retraining: string;
}

const AT = '2026-11-02T00:00:00.000Z';
const PERIOD = { start: '2026-11-01T00:00:00.000Z', end: AT };
/** Spend of the whole organization that stored anomalies contain. */
export const WHOLE_SPEND = '918273.5';

/** One of each, with a text that only members of the team may read. */
export async function seedFindings(store: Store, team: string, text: string): Promise<Findings> {
  const digit = { alpha: 'a', beta: 'b' }[team] ?? 'c';
  const found = {
    anomaly: `an_${digit.repeat(16)}`,
    recommendation: `rec_${digit.repeat(20)}`,
    episode: `${team}-episode`,
    optimization: `${team}-optimization`,
    retraining: `${team}-retraining`,
  };
  await seedAnomaly(store, found.anomaly, { team, text });
  await seedRecommendation(store, found.recommendation, { team, text });
  await insertEpisode(store, {
    ...{ episode: found.episode, monitor: `${team}-monitor`, model: `${team}-model`, version: '1', alert: 'late' },
    ...{ cause: 'latency', state: 'alert', openedAt: AT, window: PERIOD, columns: [], loss: null, moneyPerDay: null },
    ...{ changedAt: AT, closedAt: null, closedAs: null, reason: text, mute: null },
  });
  await seedOptimization(store, found.optimization, { team, text });
  await insertAct(store, {
    ...{ decision: `dec_${digit.repeat(20)}`, at: AT, actor: 'test', act: 'dismissed', about: found.recommendation },
    ...{ subject: team === 'nobody' ? {} : { team }, summary: text, evidence: {} },
  });
  await putRetraining(store, {
    name: found.retraining,
    spec: RetrainingSpec.parse({
      ...{ model: `${team}-model`, monitor: `${team}-monitor`, pipeline: `${team}-pipeline` },
      params: { note: text },
    }),
    ...{ since: AT, appliedAt: AT, trainedUntil: AT, coolsUntil: null },
  });
  return found;
}

interface Marked {
  readonly team: string;
  readonly text: string;
}

async function seedAnomaly(store: Store, id: string, { team, text }: Marked): Promise<void> {
  const service = { dimension: 'serviceName', value: text };
  const ofTeam = { dimension: 'team', value: team };
  const slice = team === 'nobody' ? [service] : [ofTeam, service];
  await putAnomaly(store, {
    ...{ id, measure: 'cost', kind: 'spike', direction: 'over', slice, except: [], state: 'open', mergedInto: null },
    seenIn: [[], [service], ...(team === 'nobody' ? [] : [[ofTeam]])],
    ...{ start: '2026-11-01', end: '2026-11-01', currency: 'USD', unit: null, actual: '12', expected: '2' },
    ...{ impact: '10', differences: [{ day: '2026-11-01', amount: '10' }], title: text, sentence: text },
    ...{ foundAt: AT, restatement: null, feedback: null, evidence: null },
    spend: [
      { dimension: null, value: null, amount: WHOLE_SPEND },
      ...(team === 'nobody' ? [] : [{ ...ofTeam, amount: '20' }]),
    ],
  });
}

async function seedRecommendation(store: Store, recommendation: string, { team, text }: Marked): Promise<void> {
  await insertRecommendation(store, {
    ...{ recommendation, key: text, kind: 'stop_run', state: 'open', title: text, what: text },
    subject: team === 'nobody' ? {} : { team },
    ...{ before: text, after: text, guard: text },
    saving: { monthly: null, lower: null, upper: null, cost: null, reason: text },
    confidence: { level: 'low', coverageRatio: 1, days: 1 },
    risk: { level: 'low', text },
    action: { type: 'by_hand', commands: [text] },
    ...{ foundAt: AT, seenAt: AT, applied: null, dismissed: null, realised: null, notice: null },
    evidence: {
      ...{ window: PERIOD, figures: [], prices: [], items: [], effects: [], commitments: [], pins: [], missing: [] },
      ...{ deliveries: [], replacement: [], measuredBy: null },
    },
    ...{ approved: null, undone: null, supersededBy: null, timeline: [] },
  });
}

async function seedOptimization(store: Store, optimization: string, { team, text }: Marked): Promise<void> {
  const spec = OptimizationSpec.parse({
    ...{ description: text, endpoint: `${team}-endpoint`, change: { replicas: { min: 0, max: 1 } } },
  });
  await insertOptimization(store, {
    shown: {
      ...{ optimization, state: 'stopped', endpoint: `${team}-endpoint`, summary: text, reason: text },
      ...{ baseline: null, candidate: null, percent: 0, step: 0, proposedAt: AT, startedAt: null, stepAt: null },
      ...{ keptAt: null, endedAt: AT, deadlineAt: null, judgedAt: null, checks: [], watch: null },
      saving: {
        ...{ period: null, hours: 0, saved: null, lower: null, upper: null, monthly: null, paid: null },
        ...{ basis: 'expected', reason: text },
      },
      ...{ expected: null, waitsFor: null, spec, timeline: [] },
    },
    progress: { before: null, revision: null, detectors: {}, bills: {}, runs: [] },
  });
}
