import { type ArmCapacity, buildCapacityCheck, buildLoadCheck, isCapacityChange, readCapacity } from './capacity.ts';
import { buildGuardrailCheck, buildQualityCheck, buildSavingCheck, type LimitedCheck } from './checks.ts';
import { formatInstant, type OptimizationDeps, readPrices } from './deps.ts';
import { judgeChecks } from './engine/checks.ts';
import { type ArmTraffic, explainSplit, type ScoreQuestion, sumTraffic } from './evidence.ts';
import { readRunning } from './lifecycle.ts';
import type { OptimizationCheck, OptimizationDetail } from './schema.ts';
import { buildTrialSpec } from './spec/trial-spec.ts';
import type { StoredOptimization } from './store.ts';

const MINUTES_KEPT_MS = 7 * 86_400_000;

export interface Look {
  readonly checks: OptimizationCheck[];
  readonly harmed: readonly string[];
  readonly isProven: boolean;
  /** Requests of the candidate in the present step. */
  readonly requests: number;
  readonly splitProblem: string | null;
  /** Facts for the decision. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * Evidence of a running optimization, judged at this look. Quality by pairs counts from the start, because shares do not bias it; everything that
 * compares separate requests counts from the present step, whose share is constant.
 */
export async function lookAt(deps: OptimizationDeps, stored: StoredOptimization, share: number): Promise<Look> {
  const { shown } = stored;
  const { spec, baseline, candidate } = shown;
  if (baseline === null || candidate === null) throw new Error(`optimization ${shown.optimization} has not started`);
  const now = deps.clock.now();
  const stepMs = Date.parse(shown.stepAt ?? formatInstant(now));
  const traffic = await readTraffic(deps, shown, { start: stepMs, end: now });
  const checks: LimitedCheck[] = [];
  for (const rule of spec.quality) checks.push(await readQuality(deps, shown, rule, now));
  for (const rule of spec.guardrails) {
    checks.push('budget' in rule ? await checkBudget(deps, rule.budget) : buildGuardrailCheck(rule, traffic));
  }
  checks.push(
    ...(isCapacityChange(spec)
      ? await checkCapacity(deps, stored, traffic, share)
      : [await checkBusyCost(deps, traffic)]),
  );
  // Evidence of separate requests begins again with each step, and each step may show harm by chance.
  const judgement = judgeChecks(checks, spec.alpha, spec.alpha / spec.ramp.percents.length);
  const splitProblem = explainSplit(traffic, share, await isSticky(deps, shown.endpoint));
  const limits = new Map(checks.map(({ name, limit }) => [name, limit]));
  const exhausted = judgement.checks.filter(({ name, verdict }) => name.startsWith(BUDGET) && verdict === 'fails');
  return {
    checks: judgement.checks.map((check) => ({ ...check, limit: limits.get(check.name) ?? '' })),
    harmed: [...judgement.harmed, ...exhausted.map(({ name }) => name)],
    isProven: judgement.isProven && splitProblem === null,
    requests: traffic.candidate.requests,
    splitProblem,
    facts: {
      share,
      requests: { baseline: traffic.baseline.requests, candidate: traffic.candidate.requests },
      errors: { baseline: traffic.baseline.errors, candidate: traffic.candidate.errors },
      checks: judgement.checks,
      splitProblem,
    },
  };
}

async function readTraffic(
  { serving }: OptimizationDeps,
  { endpoint, baseline, candidate }: OptimizationDetail,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<ArmTraffic> {
  const unit = end - start > MINUTES_KEPT_MS ? 'hour' : 'minute';
  const size = unit === 'hour' ? 3_600_000 : 60_000;
  // A span that the step began in belongs to both steps.
  const first = Math.ceil(start / size) * size;
  const spans = await serving.armSpans(endpoint, { start: first, end: end + size, unit });
  return sumTraffic(spans, { baseline: baseline?.variant ?? '', candidate: candidate?.variant ?? '' });
}

async function readQuality(
  { readScores }: OptimizationDeps,
  shown: OptimizationDetail,
  rule: OptimizationDetail['spec']['quality'][number],
  now: number,
): Promise<LimitedCheck> {
  const { spec, endpoint, startedAt, stepAt } = shown;
  const start = (spec.compare === 'pairs' ? startedAt : stepAt) ?? formatInstant(now);
  const end = formatInstant(now - spec.labelsWithin);
  const scores = await readScores({
    ...{ endpoint, start, end, metric: rule.metric, compare: spec.compare },
    ...toScoredArms(shown),
  });
  return buildQualityCheck(rule, scores, spec.completeness);
}

/** Both arms as the prediction log names them. */
export function toScoredArms({
  baseline,
  candidate,
}: OptimizationDetail): Pick<ScoreQuestion, 'baseline' | 'candidate'> {
  const toArm = (arm: OptimizationDetail['baseline']) => {
    const [model = baseline?.model ?? '', ...otherModels] = arm?.models ?? [];
    return { model, otherModels, version: arm?.version ?? null, variant: arm?.variant ?? '' };
  };
  return { baseline: toArm(baseline), candidate: toArm(candidate) };
}

async function checkBusyCost(deps: OptimizationDeps, traffic: ArmTraffic): Promise<LimitedCheck> {
  const held = [traffic.baseline, traffic.candidate].flatMap(({ spans }) => spans.flatMap(({ busy }) => busy.parts));
  const unique = new Map(held.map(({ resource, quantity }) => [`${quantity} ${resource}`, { resource, quantity }]));
  return buildSavingCheck(traffic, await readPrices(deps, [...unique.values()]));
}

const NO_COPIES = { baseline: 0, candidate: 0 };

/** The cost of all replicas, and the load of a replica under which the guardrails are compared. */
async function checkCapacity(
  deps: OptimizationDeps,
  stored: StoredOptimization,
  traffic: ArmTraffic,
  share: number,
): Promise<LimitedCheck[]> {
  const { before, arms } = readRunning(stored);
  const { optimization, spec } = stored.shown;
  const trial = buildTrialSpec(optimization, before, arms, { share, copies: NO_COPIES, isKept: false });
  const variants = { baseline: before.variants[arms.baseline], candidate: arms.added };
  const held = [variants.baseline, variants.candidate].flatMap((one) =>
    one == null ? [] : [deps.serving.changes.heldBy(one)],
  );
  const prices = await readPrices(deps, held);
  const describeArm = (side: 'baseline' | 'candidate'): ArmCapacity => {
    const variant = variants[side];
    if (variant == null) throw new Error(`the ${side} of optimization ${optimization} is missing`);
    const { resource, quantity } = deps.serving.changes.heldBy(variant);
    return {
      ...{ ...readCapacity(variant), share: side === 'candidate' ? share : 1 - share },
      trialMin: trial.variants[arms[side]]?.replicas.min ?? 0,
      pricePerHour: prices.perHour(resource, quantity),
    };
  };
  const [baseline, candidate] = [describeArm('baseline'), describeArm('candidate')];
  const last = Math.max(...spec.ramp.percents) / 100;
  const load = buildLoadCheck(candidate, traffic.candidate.requests, last);
  const cost = buildCapacityCheck({
    baseline: { ...baseline, spans: traffic.baseline.spans },
    candidate: { ...candidate, spans: traffic.candidate.spans },
  });
  return load === null ? [cost] : [load, cost];
}

const BUDGET = 'budget ';

/** A budget has no sample: it has money, or it fails. */
async function checkBudget({ explainBudget, store }: OptimizationDeps, budget: string): Promise<LimitedCheck> {
  const problem = await explainBudget(store, budget);
  const verdict = problem === null ? 'non-inferior' : 'inferior';
  const known = {
    n: 1,
    estimate: Number.NaN,
    lower: Number.NaN,
    upper: Number.NaN,
    samplesNeeded: 0,
    test: 'remaining budget',
  };
  return {
    ...{ kind: 'guardrail', name: `${BUDGET}${budget}`, n: 1, reason: null, limit: problem ?? 'not exhausted' },
    compare: ({ tail }) => ({ ...known, tail, verdict, reason: problem }),
  };
}

async function isSticky({ serving, store }: OptimizationDeps, endpoint: string): Promise<boolean> {
  return (await serving.changes.read(store, endpoint))?.spec.traffic.sticky !== undefined;
}
