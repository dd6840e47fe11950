import { type EndpointSpec, listRouteTargets, type Variant } from '../../mlops/endpoint-spec/schema.ts';
import type { ChangeableEndpoint } from '../../mlops/serving/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { describeProof } from './check-words.ts';
import { formatInstant, type OptimizationDeps } from './deps.ts';
import type { RampStep } from './engine/ramp.ts';
import { takeStep } from './move.ts';
import type { OptimizationDetail } from './schema.ts';
import type { OptimizationSpec } from './spec/schema.ts';
import { buildCleanSpec, buildFinalSpec, buildTrialSpec, chooseArms, type TrialArms } from './spec/trial-spec.ts';
import { listRuns, type StoredOptimization } from './store.ts';

/** Name of the program in decisions that no person took. */
export const PROGRAM = 'optimizations';

/** Steps of the ramp; the first has copies only, where the spec asks for it. */
export function listSteps({ shadowFirst, ramp }: OptimizationSpec): RampStep[] {
  const shadow = shadowFirst === undefined ? [] : [{ percent: 0, forMs: shadowFirst, requests: 0 }];
  return [...shadow, ...ramp.percents.map((percent) => ({ percent, forMs: ramp.for, requests: ramp.requests }))];
}

/** Starts it: both arms, at the first step. Errors: `optimization_invalid`, `optimization_no_change`, those of the endpoint's document. */
export function start(
  deps: OptimizationDeps,
  stored: StoredOptimization,
  { spec: before, revision, versions }: ChangeableEndpoint,
): Promise<StoredOptimization> {
  const { spec, optimization } = stored.shown;
  const arms = chooseArms(optimization, spec, before);
  const [first] = listSteps(spec);
  const percent = first?.percent ?? 0;
  const at = formatInstant(deps.clock.now());
  const deadlineAt = formatInstant(deps.clock.now() + spec.deadline);
  return takeStep(
    deps,
    { ...stored, progress: { ...stored.progress, revision } },
    {
      what: 'started',
      actor: PROGRAM,
      text: `${arms.candidate} gets ${percent} % of the traffic of ${arms.baseline}`,
      spec: buildTrialSpec(optimization, before, arms, toShare(spec, percent)),
      shown: {
        ...{ state: 'running', reason: null, percent, step: 0, checks: [], watch: null, waitsFor: null },
        ...{ startedAt: at, stepAt: at, keptAt: null, endedAt: null, deadlineAt },
        baseline: describeArm(arms.baseline, before.variants[arms.baseline], before, versions),
        candidate: describeArm(arms.candidate, arms.added ?? before.variants[arms.candidate], before, versions),
      },
      progress: { before, detectors: {} },
      evidence: { arms, expected: stored.shown.expected },
    },
  );
}

/** A variant with its version, or a route with the models of its stages. */
function describeArm(
  name: string,
  variant: Variant | undefined,
  { variants, routes }: EndpointSpec,
  versions: ChangeableEndpoint['versions'],
): NonNullable<OptimizationDetail['baseline']> {
  if (variant !== undefined) {
    const { model, version } = variant;
    return { variant: name, model, version: version ?? versions[name] ?? null, models: [model] };
  }
  const route = routes[name];
  const stages =
    route === undefined ? [] : listRouteTargets(route).map((target) => variants[target.variant]?.model ?? '');
  return { variant: name, model: null, version: null, models: [...new Set(stages)] };
}

function toShare(spec: OptimizationSpec, percent: number) {
  // Without a quality metric nothing compares the answers of copies.
  const copies = spec.compare === 'pairs' && spec.quality.length > 0 ? spec.copies : 0;
  return { share: percent / 100, copies: { baseline: copies, candidate: copies }, isKept: false };
}

/** Whether the baseline answers requests after the change is kept: those of the hold-out, or copies that are compared. */
function canWatch({ holdOut, compare, watch, quality }: OptimizationSpec): boolean {
  return holdOut > 0 || (compare === 'pairs' && quality.length > 0 && watch.copies > 0);
}

/** Requests of the hold-out are answered by the candidate too, which has the replicas for them. */
function toKeptCopies({ compare, watch, quality }: OptimizationSpec) {
  return compare === 'pairs' && quality.length > 0
    ? { baseline: watch.copies, candidate: 1 }
    : { baseline: 0, candidate: 0 };
}

interface Running {
  readonly before: EndpointSpec;
  readonly arms: TrialArms;
}

/** The document before the start, and the arms in it. */
export function readRunning({ shown: { optimization, spec }, progress }: StoredOptimization): Running {
  if (progress.before === null) throw new Error(`optimization ${optimization} has not started`);
  return { before: progress.before, arms: chooseArms(optimization, spec, progress.before) };
}

export function advance(
  deps: OptimizationDeps,
  stored: StoredOptimization,
  evidence: Readonly<Record<string, unknown>>,
) {
  const { spec, optimization, step } = stored.shown;
  const { before, arms } = readRunning(stored);
  const percent = listSteps(spec)[step + 1]?.percent ?? 0;
  return takeStep(deps, stored, {
    what: 'advanced',
    actor: PROGRAM,
    text: `${arms.candidate} gets ${percent} % of the traffic, after a step without shown harm`,
    spec: buildTrialSpec(optimization, before, arms, toShare(spec, percent)),
    shown: { step: step + 1, percent, stepAt: formatInstant(deps.clock.now()) },
    evidence,
  });
}

/** All traffic but the hold-out goes to the candidate. Without a hold-out and copies the change is final. */
export function keep(deps: OptimizationDeps, stored: StoredOptimization, evidence: Readonly<Record<string, unknown>>) {
  const { spec, optimization, checks } = stored.shown;
  const { before, arms } = readRunning(stored);
  const at = formatInstant(deps.clock.now());
  const share = 1 - spec.holdOut;
  const hasWatch = canWatch(spec);
  const text = `Kept: all checks pass (${checks.map(describeProof).join(', ')}). ${describeWatch(spec, arms)}`;
  return takeStep(deps, stored, {
    what: 'kept',
    actor: PROGRAM,
    text,
    spec: hasWatch
      ? buildTrialSpec(optimization, before, arms, { share, copies: toKeptCopies(spec), isKept: true })
      : buildFinalSpec(before, arms),
    shown: {
      ...{
        state: hasWatch ? 'watched' : 'closed',
        reason: text,
        percent: 100 * share,
        stepAt: at,
        keptAt: at,
        deadlineAt: null,
        waitsFor: null,
      },
      watch: hasWatch ? { observations: 0, cohortsUntil: at, evidence: [], waitsFor: null } : null,
      ...(hasWatch ? {} : { endedAt: at }),
    },
    progress: { detectors: {} },
    evidence,
  });
}

function describeWatch(spec: OptimizationSpec, { baseline }: TrialArms): string {
  const { holdOut, watch } = spec;
  const show = (share: number) => `${Number((100 * share).toPrecision(3))} %`;
  if (holdOut > 0) return `${show(holdOut)} of the traffic stays on ${baseline}`;
  return canWatch(spec)
    ? `${baseline} answers no client; copies of ${show(watch.copies)} of the requests are compared`
    : 'There is neither a hold-out nor copies (watch.copies), so it is not watched';
}

export interface Ending {
  readonly what: 'rolled_back' | 'undone' | 'stopped';
  readonly reason: string;
  readonly actor: string;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** All traffic returns to the baseline in one swap, or the endpoint becomes `spec`; null: it stays as it is. */
export function end(
  deps: OptimizationDeps,
  stored: StoredOptimization,
  { what, reason, actor, evidence }: Ending,
  spec: EndpointSpec | null = stored.progress.before,
): Promise<StoredOptimization> {
  return takeStep(deps, stored, {
    ...{ what, actor, evidence, text: reason },
    spec,
    shown: {
      ...{ state: what, reason, percent: 0, deadlineAt: null, waitsFor: null },
      endedAt: formatInstant(deps.clock.now()),
    },
  });
}

/** Its endpoint was changed by others: only parts that it left there without traffic are removed. */
export function yieldToOthers(deps: OptimizationDeps, stored: StoredOptimization, now: ChangeableEndpoint) {
  const { before, arms } = readRunning(stored);
  const { revision, spec, endpoint } = now;
  const reason = `Endpoint "${endpoint}" was changed by others (revision ${revision}), which ends it`;
  const current = { ...stored, progress: { ...stored.progress, revision } };
  const ending: Ending = { what: 'stopped', reason, actor: PROGRAM, evidence: { changedBy: revision } };
  return end(deps, current, ending, buildCleanSpec(before, spec, arms));
}

/** The watch is over: the candidate replaces the baseline, and the hold-out ends. */
export function close(deps: OptimizationDeps, stored: StoredOptimization, reason: string, actor: string) {
  const { before, arms } = readRunning(stored);
  return takeStep(deps, stored, {
    ...{ what: 'closed', actor, text: reason, spec: buildFinalSpec(before, arms) },
    shown: { state: 'closed', reason, percent: 100, endedAt: formatInstant(deps.clock.now()), waitsFor: null },
    evidence: { watch: stored.shown.watch },
  });
}

/** Proposes it again from its first step, with new evidence. Error: `optimization_not_ended`. */
export function resume(deps: OptimizationDeps, stored: StoredOptimization, reason: string, actor: string) {
  const { state, optimization } = stored.shown;
  if (state !== 'stopped' && state !== 'rolled_back' && state !== 'undone') {
    const detail = `Optimization "${optimization}" is ${state}: only one that was stopped, rolled back or undone can be started again.`;
    throw new AppError('optimization_not_ended', detail, { optimization });
  }
  return takeStep(
    deps,
    {
      ...stored,
      progress: { ...stored.progress, before: null, revision: null, detectors: {}, runs: listRuns(stored) },
    },
    {
      ...{ what: 'resumed', actor, text: reason, spec: null, evidence: {} },
      shown: {
        state: 'proposed',
        reason: null,
        startedAt: null,
        stepAt: null,
        keptAt: null,
        endedAt: null,
        checks: [],
        watch: null,
      },
    },
  );
}

/** Days as text. Example: 28 days. */
export function formatDays(ms: number): string {
  const days = ms / DAY_MS;
  return days >= 1 ? `${Number(days.toPrecision(3))} days` : `${Number((ms / 3_600_000).toPrecision(3))} hours`;
}
