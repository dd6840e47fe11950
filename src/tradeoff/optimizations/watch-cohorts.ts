import { buildGuardrailCheck, toMargin } from './checks.ts';
import { formatInstant, type OptimizationDeps } from './deps.ts';
import { judgeChecks } from './engine/checks.ts';
import { createHoldoutPairs } from './engine/holdout-pairs.ts';
import type { PairedCluster } from './engine/outcomes.ts';
import { watchKept } from './engine/watch.ts';
import { type LiveScores, sumTraffic } from './evidence.ts';
import { toScoredArms } from './gather.ts';
import { close, end, formatDays, PROGRAM } from './lifecycle.ts';
import type { OptimizationDetail } from './schema.ts';
import { putOptimization, type StoredOptimization } from './store.ts';

/** Cohorts of one look: a server that was off catches up in parts. */
const MOST_COHORTS = 100;

type Rule = OptimizationDetail['spec']['quality'][number];

/**
 * Watches a kept change by cohorts of predictions, each once, when its labels are due: predictions of a cohort count with the labels that are known
 * then. An alarm undoes the change. Guardrails are compared over the last cohort. At the end of the watch the hold-out ends.
 */
export async function watchCohorts(deps: OptimizationDeps, stored: StoredOptimization): Promise<void> {
  const { shown } = stored;
  const { spec, keptAt, watch } = shown;
  if (watch === null || keptAt === null) throw new Error(`optimization ${shown.optimization} is not watched`);
  const now = deps.clock.now();
  let seen = stored;
  for (let count = 0; count < MOST_COHORTS; count += 1) {
    const startMs = Date.parse(seen.shown.watch?.cohortsUntil ?? keptAt);
    const endMs = startMs + spec.watch.window;
    if (endMs + spec.labelsWithin > now) break;
    const cohort = await testCohort(deps, seen, { startMs, endMs });
    seen = cohort.stored;
    if (cohort.alarm !== null) {
      const evidence = {
        watch: seen.shown.watch,
        cohort: { start: formatInstant(startMs), end: formatInstant(endMs) },
      };
      await end(deps, seen, { what: 'undone', reason: `Undone: ${cohort.alarm}`, actor: PROGRAM, evidence });
      return;
    }
  }
  const harm = await findHarm(deps, shown, now);
  if (harm !== null) {
    await end(deps, seen, { what: 'undone', reason: `Undone: ${harm.reason}`, actor: PROGRAM, evidence: harm.facts });
    return;
  }
  if (now >= Date.parse(keptAt) + spec.watch.for) {
    await close(deps, seen, describeEnd(seen.shown), PROGRAM);
    return;
  }
  if (seen !== stored) await deps.store.transaction((sql) => putOptimization(sql, seen));
}

function describeEnd({ spec, watch }: OptimizationDetail): string {
  const seen = watch?.observations ?? 0;
  const result = seen === 0 ? 'nothing was observed in it' : `no alarm in ${seen} observations`;
  return `The watch of ${formatDays(spec.watch.for)} is over, ${result}: the candidate replaces the baseline`;
}

async function testCohort(
  deps: OptimizationDeps,
  stored: StoredOptimization,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
): Promise<{ readonly stored: StoredOptimization; readonly alarm: string | null }> {
  const { shown, progress } = stored;
  const { spec, watch } = shown;
  const detectors = { ...progress.detectors };
  const evidence: { metric: string; value: number }[] = [];
  let [observations, waitsFor, alarm]: [number, string | null, string | null] = [0, null, null];
  for (const rule of spec.quality) {
    const scores = await readCohort(deps, shown, rule, { startMs, endMs });
    const unwatched = scores.reason === null ? explainUnwatched(rule, scores.range) : null;
    waitsFor ??= scores.reason ?? unwatched;
    if (scores.reason !== null || unwatched !== null) {
      evidence.push(...(watch?.evidence ?? []).filter(({ metric }) => metric === rule.metric));
      continue;
    }
    const result = watchKept(toObservations(scores), {
      ...{ margin: toMargin(rule), better: scores.better, range: scores.range },
      // One alarm of several metrics undoes it: each has its part of the false alarms.
      averageRunLength: spec.watch.averageRunLength * spec.quality.length,
      begun: detectors[rule.metric] ?? [],
    });
    detectors[rule.metric] = [...result.state];
    evidence.push({ metric: rule.metric, value: result.evidence / spec.quality.length });
    if (result.scaleNeeds > 0) waitsFor ??= describeScale(rule, result.scaleNeeds);
    observations = Math.max(observations, result.observations);
    if (result.alarmAt !== null) alarm ??= `${rule.metric} is worse by more than the margin since it was kept`;
  }
  return {
    alarm,
    stored: {
      ...stored,
      progress: { ...progress, detectors },
      shown: {
        ...shown,
        judgedAt: formatInstant(deps.clock.now()),
        watch: {
          observations: (watch?.observations ?? 0) + observations,
          cohortsUntil: formatInstant(endMs),
          evidence,
          waitsFor,
        },
      },
    },
  };
}

/** Reason why a metric is not watched: its bounds are within the margin. */
function explainUnwatched(rule: Rule, range: number | null): string | null {
  if (range === null || (rule.margin ?? 0) < range) return null;
  return `the margin of ${rule.metric} allows any loss, so it is not watched`;
}

function describeScale({ metric }: Rule, needed: number): string {
  return `${metric} has no bounds: its spread is known after ${needed} more observations, and losses are tested from then on`;
}

function readCohort(
  { readScores }: OptimizationDeps,
  shown: OptimizationDetail,
  rule: Rule,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
): Promise<LiveScores> {
  return readScores({
    ...{ endpoint: shown.endpoint, metric: rule.metric, compare: shown.spec.compare },
    ...toScoredArms(shown),
    ...{ start: formatInstant(startMs), end: formatInstant(endMs) },
  });
}

/** One observation for each cluster: its mean scores. Separate requests are paired, each once. */
function toObservations({ outcomes }: LiveScores): { baseline: number; candidate: number }[] {
  if (outcomes.design === 'pairs') return outcomes.clusters.filter(({ n }) => n > 0).map(toMeans);
  return createHoldoutPairs(outcomes.baseline, outcomes.candidate);
}

function toMeans({ n, baseline, candidate }: PairedCluster) {
  return { baseline: baseline / n, candidate: candidate / n };
}

/** Harm in the guardrails over the last cohort: a change of the candidate shows there, and one of the traffic shows in both arms. */
async function findHarm(
  deps: OptimizationDeps,
  { spec, endpoint, baseline, candidate }: OptimizationDetail,
  now: number,
) {
  const rules = spec.guardrails.flatMap((rule) => ('budget' in rule ? [] : [rule]));
  if (rules.length === 0) return null;
  const start = now - spec.watch.window;
  const unit = spec.watch.window > 6 * 3_600_000 ? 'hour' : 'minute';
  const spans = await deps.serving.armSpans(endpoint, { start, end: now + 60_000, unit });
  const traffic = sumTraffic(spans, { baseline: baseline?.variant ?? '', candidate: candidate?.variant ?? '' });
  const checks = rules.map((rule) => buildGuardrailCheck(rule, traffic));
  // Windows are tested again and again: the error of each is that of a rare alarm.
  const { harmed, checks: judged } = judgeChecks(checks, 1 / spec.watch.averageRunLength);
  if (harmed.length === 0) return null;
  return {
    reason: `${harmed.join(' and ')} is worse than allowed in the last ${formatDays(spec.watch.window)}`,
    facts: { checks: judged },
  };
}
