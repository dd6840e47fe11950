import type { Evaluations, StoredEvaluation } from '../../mlops/evaluations/index.ts';
import { OBSERVED_WINDOW, TRIGGER_WINDOW } from '../../mlops/evaluations/schema.ts';
import type { Sql } from '../../platform/store/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { GateFacts, LatencyEvidence, OutcomeEvidence, PairedEvidence } from './schema.ts';
import { type ServingFacts, WINDOW_MS } from './unit-costs.ts';

/** Outcomes that a rule of a policy asks for. */
export interface OutcomeRequest {
  readonly metric: string;
  readonly evaluation: string;
  /** Column of the outcome; left out: the one named as the metric, else the only one of the table. */
  readonly outcome?: string | undefined;
}

export interface OutcomeQuestion {
  readonly model: string;
  /** Version of the candidate, for its traffic. */
  readonly version: string;
  readonly candidateRun: string | null;
  /** null: no champion to compare with. */
  readonly championRun: string | null;
  readonly requests: readonly OutcomeRequest[];
  /** Bound of the 95th percentile of the latency; null: not asked for. */
  readonly latencyBoundMs: number | null;
  /** Whether the error rate of the traffic is asked for. */
  readonly needsRequests: boolean;
}

export interface OutcomeDeps {
  readonly clock: Clock;
  readonly evaluations: Pick<Evaluations, 'versions' | 'find' | 'pair' | 'countSlow'>;
  readonly serving: Pick<ServingFacts, 'served'>;
}

/** Outcomes of the candidate, alone and paired with the champion by example id. A request without a table has no entry. */
export async function gatherOutcomes(
  deps: OutcomeDeps,
  sql: Sql,
  question: OutcomeQuestion,
): Promise<Pick<GateFacts, 'outcomes' | 'pairs' | 'latency' | 'requests'>> {
  const outcomes: OutcomeEvidence[] = [];
  const pairs: PairedEvidence[] = [];
  const { candidateRun, championRun, latencyBoundMs } = question;
  let latency: LatencyEvidence | null = null;
  for (const request of candidateRun === null ? [] : question.requests) {
    const versions = await deps.evaluations.versions(sql, candidateRun ?? '', request.evaluation);
    const [candidate] = versions;
    if (candidate === undefined) continue;
    latency ??= await gatherLatency(deps, sql, candidate, latencyBoundMs);
    const outcome = chooseOutcome(candidate, request);
    if (outcome === null) continue;
    outcomes.push(toOutcomeEvidence(request, outcome, versions));
    const pair = await pairWithChampion(deps, sql, { request, candidate, championRun, outcome: outcome.outcome });
    if (pair !== null) pairs.push(pair);
  }
  const traffic = await gatherTraffic(deps, sql, question);
  return { outcomes, pairs, latency: latency ?? traffic.latency, requests: traffic.requests };
}

/** Requests of the version at its endpoints in the last seven days. */
async function gatherTraffic(
  { clock, serving }: OutcomeDeps,
  sql: Sql,
  { model, version, latencyBoundMs, needsRequests }: OutcomeQuestion,
): Promise<Pick<GateFacts, 'latency' | 'requests'>> {
  if (latencyBoundMs === null && !needsRequests) return { latency: null, requests: null };
  const end = clock.now();
  const start = end - WINDOW_MS;
  const counted = await serving.served(sql, { model, version }, { start, end, withinMs: latencyBoundMs });
  if (counted === null) return { latency: null, requests: null };
  const source = 'requests of the last seven days';
  const { requests: n, errors, answers, slow, p95Ms } = counted;
  const window = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
  return {
    latency:
      latencyBoundMs === null || p95Ms === null
        ? null
        : { source, boundMs: latencyBoundMs, n: answers, above: slow, p95Ms, sha256: null },
    requests: needsRequests ? { source, n, errors, window } : null,
  };
}

type Outcome = StoredEvaluation['evaluation']['outcomes'][number];

function chooseOutcome({ evaluation }: StoredEvaluation, { metric, outcome }: OutcomeRequest): Outcome | null {
  const { outcomes } = evaluation;
  const named = outcomes.find((one) => one.outcome === (outcome ?? metric));
  if (named !== undefined || outcome !== undefined) return named ?? null;
  return outcomes.length === 1 ? (outcomes[0] ?? null) : null;
}

function toOutcomeEvidence(
  { metric, evaluation: name }: OutcomeRequest,
  outcome: Outcome,
  versions: readonly StoredEvaluation[],
): OutcomeEvidence {
  const [newest] = versions as [StoredEvaluation];
  return { metric, name, ...toReference(newest), ...outcome, examplesPerDay: computeGrowth(versions) };
}

function toReference({
  evaluation: { evaluation, runId, version, sha256, rows, window, importedAt },
}: StoredEvaluation) {
  const reference = { evaluation, runId, evaluationVersion: version, sha256, rows, importedAt };
  return window === undefined ? reference : { ...reference, window };
}

/** Examples a day between the first and the newest version; null with one version, or when it has not grown. */
function computeGrowth(versions: readonly StoredEvaluation[]): number | null {
  const [newest, oldest] = [versions[0]?.evaluation, versions.at(-1)?.evaluation];
  if (newest === undefined || oldest === undefined) return null;
  const days = (Date.parse(newest.importedAt) - Date.parse(oldest.importedAt)) / DAY_MS;
  const grown = newest.rows - oldest.rows;
  return days > 0 && grown > 0 ? grown / days : null;
}

async function pairWithChampion(
  { evaluations }: Pick<OutcomeDeps, 'evaluations'>,
  sql: Sql,
  asked: {
    readonly request: OutcomeRequest;
    readonly candidate: StoredEvaluation;
    readonly championRun: string | null;
    readonly outcome: string;
  },
): Promise<PairedEvidence | null> {
  const { request, candidate, championRun, outcome } = asked;
  if (championRun === null) return null;
  const baseline = await findBaseline(evaluations, sql, { request, candidate, championRun });
  if (baseline === null) return null;
  const paired = await evaluations.pair(sql, { candidate, baseline, outcome });
  if (paired === null) return null;
  const overlap = paired.pairs / Math.max(candidate.evaluation.rows, baseline.evaluation.rows);
  return { metric: request.metric, baseline: toReference(baseline), overlap, paired };
}

/**
 * Table of the champion to pair with. On the window that triggered a retraining it is what the champion answered to the same
 * predictions: the test set that the candidate was scored on, if it is of this champion.
 */
async function findBaseline(
  evaluations: OutcomeDeps['evaluations'],
  sql: Sql,
  {
    request,
    candidate,
    championRun,
  }: { readonly request: OutcomeRequest; readonly candidate: StoredEvaluation; readonly championRun: string },
): Promise<StoredEvaluation | null> {
  const { testSet } = candidate.evaluation;
  if (request.evaluation === TRIGGER_WINDOW && testSet !== undefined) {
    const observed = await evaluations.find(sql, testSet);
    return observed?.evaluation.runId === championRun ? observed : null;
  }
  const name = request.evaluation === TRIGGER_WINDOW ? OBSERVED_WINDOW : request.evaluation;
  const [newest] = await evaluations.versions(sql, championRun, name);
  return newest ?? null;
}

async function gatherLatency(
  { evaluations }: Pick<OutcomeDeps, 'evaluations'>,
  sql: Sql,
  candidate: StoredEvaluation,
  boundMs: number | null,
): Promise<LatencyEvidence | null> {
  const counted = boundMs === null ? null : await evaluations.countSlow(sql, candidate, boundMs);
  if (boundMs === null || counted === null) return null;
  const { name, version, sha256 } = candidate.evaluation;
  const { rows: n, above, p95Ms } = counted;
  return { source: `evaluation ${name} v${version}`, boundMs, n, above, p95Ms, sha256 };
}
