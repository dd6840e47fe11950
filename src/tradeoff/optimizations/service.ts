import type { EndpointSpec, Variant } from '../../mlops/endpoint-spec/schema.ts';
import { type ChangeableEndpoint, findEndpointOwner } from '../../mlops/serving/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { type OwnerLimit, selectWithinLimit } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { buildLoadCheck, isCapacityChange, readCapacity } from './capacity.ts';
import { formatInstant, type OptimizationDeps } from './deps.ts';
import { close, end, resume } from './lifecycle.ts';
import { Outdated } from './move.ts';
import { type ComparedArms, type ExpectedDeps, readExpectedSaving } from './read-expected.ts';
import { readSaving, type SavingDeps } from './read-saving.ts';
import type {
  ExpectedSaving,
  Optimization,
  OptimizationDetail,
  OptimizationSaving,
  OptimizationState,
} from './schema.ts';
import type { OptimizationSpec } from './spec/schema.ts';
import { buildTrialSpec, chooseArms, type TrialArms } from './spec/trial-spec.ts';
import { findOptimization, insertOptimization, listStored, MOST_LISTED, type StoredOptimization } from './store.ts';

export type ServiceDeps = OptimizationDeps & SavingDeps & ExpectedDeps;

const NO_SAVING: OptimizationSaving = {
  ...{ period: null, hours: 0, saved: null, lower: null, upper: null, monthly: null, paid: null },
  ...{ basis: 'expected', reason: 'Not measured yet.' },
};

/**
 * Proposes a change, after its arms were checked on the endpoint as it is now. Errors: `optimization_exists`, `optimization_no_change`,
 * `optimization_costs_more`, `optimization_invalid`, `endpoint_not_found`.
 */
export async function propose(
  deps: ServiceDeps,
  sql: Sql,
  name: string,
  spec: OptimizationSpec,
  actor: string,
): Promise<void> {
  if ((await findOptimization(sql, name)) !== null) {
    const detail = `There is an optimization "${name}" already: resume it, or choose another name.`;
    throw new AppError('optimization_exists', detail, { optimization: name });
  }
  const endpoint = await deps.serving.changes.read(sql, spec.endpoint);
  if (endpoint === null)
    throw new AppError('endpoint_not_found', `There is no endpoint "${spec.endpoint}".`, { endpoint: spec.endpoint });
  const before = await readBefore(sql, endpoint);
  const arms = chooseArms(name, spec, before);
  // Refuses now what the endpoint would refuse at the start.
  buildTrialSpec(name, before, arms, { share: 0.5, copies: { baseline: 0, candidate: 0 }, isKept: false });
  checkPairs(spec);
  const expected = await expectSaving(deps, sql, { spec, arms, before, versions: endpoint.versions });
  checkLoad(name, spec, arms, before);
  const at = formatInstant(deps.clock.now());
  const summary = describeChange(spec, arms);
  const shown: OptimizationDetail = {
    ...{ optimization: name, state: 'proposed', endpoint: spec.endpoint, summary, reason: null },
    ...{ baseline: null, candidate: null, percent: 0, step: 0, proposedAt: at, startedAt: null, stepAt: null },
    ...{ keptAt: null, endedAt: null, deadlineAt: null, judgedAt: null, checks: [], watch: null },
    ...{ saving: NO_SAVING, expected, waitsFor: 'its start within a minute', spec },
    timeline: [{ at, what: 'proposed', text: summary, by: actor, decision: null }],
  };
  await insertOptimization(sql, {
    shown,
    progress: { before: null, revision: null, detectors: {}, bills: {}, runs: [] },
  });
}

/** A fixed number of replicas that never gets its later load in the ramp could not be proven. Error: `optimization_invalid`. */
function checkLoad(name: string, spec: OptimizationSpec, arms: TrialArms, before: EndpointSpec): void {
  if (arms.added === null || !isCapacityChange(spec)) return;
  const share = Math.max(...spec.ramp.percents) / 100;
  const trial = buildTrialSpec(name, before, arms, { share, copies: { baseline: 0, candidate: 0 }, isKept: false });
  const trialMin = trial.variants[arms.candidate]?.replicas.min ?? 0;
  const candidate = { ...readCapacity(arms.added), share, trialMin, pricePerHour: null };
  const reason = buildLoadCheck(candidate, 0, share)?.reason ?? null;
  if (reason !== null) throw new AppError('optimization_invalid', `${reason}.`, { endpoint: spec.endpoint });
}

interface ProposedChange {
  readonly spec: OptimizationSpec;
  readonly arms: TrialArms;
  readonly before: EndpointSpec;
  readonly versions: ChangeableEndpoint['versions'];
}

const ROUTE: ExpectedSaving = {
  ...{ monthly: null, lower: null, upper: null, requestsPerHour: null },
  reason: 'A cascade or router asks several versions, so its cost is known once it has requests.',
};

/** Error: `optimization_costs_more` where it costs more than the baseline even by the bounds that favour it. */
async function expectSaving(deps: ServiceDeps, sql: Sql, change: ProposedChange): Promise<ExpectedSaving> {
  const compared = toComparedArms(change);
  if (compared === null) return ROUTE;
  const { expected, costsMore } = await readExpectedSaving(deps, sql, compared);
  if (costsMore === null) return expected;
  const basis = expected.requestsPerHour === null ? 'its replicas' : 'the requests of the last 7 days';
  const detail = `By ${basis}, the change costs ${costsMore}. State fewer replicas or cheaper resources. For a better version that costs more, use a policy and a canary.`;
  throw new AppError('optimization_costs_more', detail, { endpoint: compared.endpoint, ...expected });
}

/** Both arms for all of the traffic; null for a cascade or router. */
function toComparedArms({ spec, arms, before, versions }: ProposedChange): ComparedArms | null {
  const held = before.variants[arms.baseline];
  const changed = arms.added ?? before.variants[arms.candidate];
  if (held === undefined || changed === undefined) return null;
  const nameVersion = ({ version, alias }: Variant, present: string | undefined) =>
    version ?? present ?? `@${alias ?? ''}`;
  const isSameAlias = changed.model === held.model && changed.alias === held.alias;
  const present = versions[arms.added === null ? arms.candidate : isSameAlias ? arms.baseline : ''];
  return {
    endpoint: spec.endpoint,
    baseline: { name: arms.baseline, variant: held, version: nameVersion(held, versions[arms.baseline]) },
    candidate: { name: arms.candidate, variant: changed, version: nameVersion(changed, present) },
  };
}

/** The endpoint without the optimization that runs on it, which comes first. */
async function readBefore(sql: Sql, { endpoint, spec, revision }: ChangeableEndpoint): Promise<EndpointSpec> {
  const running = await listStored(sql, { endpoint, states: ['running', 'watched'] });
  return running.find(({ progress }) => progress.revision === revision)?.progress.before ?? spec;
}

/** Without a quality rule nothing would protect quality, which only changes of capacity may do without. */
function checkPairs({ quality, change, endpoint }: OptimizationSpec): void {
  const keepsAnswers = !('toVariant' in change) && change.version === undefined && change.model === undefined;
  if (quality.length > 0 || keepsAnswers) return;
  const detail = 'The change can alter answers: state at least one quality metric with a margin (spec.quality).';
  throw new AppError('optimization_invalid', detail, { endpoint });
}

function describeChange({ change, endpoint }: OptimizationSpec, { baseline, candidate }: TrialArms): string {
  if ('toVariant' in change) return `${endpoint}: ${baseline} to ${candidate}`;
  const parts = Object.entries(change).flatMap(([field, value]) => {
    if (value === undefined) return [];
    return [typeof value === 'object' ? `${field} ${describeValue(value)}` : `${field} ${String(value)}`];
  });
  return `${endpoint}, ${baseline}: ${parts.join(', ')}`;
}

const BOUNDS: Readonly<Record<string, string>> = { min: 'at least', max: 'at most' };

function describeValue(value: object): string {
  return Object.entries(value)
    .filter(([, one]) => one !== null && typeof one !== 'object')
    .map(([name, one]) => `${BOUNDS[name] ?? name} ${one}`)
    .join(' ');
}

export async function requireOptimization(sql: Sql, name: string): Promise<StoredOptimization> {
  const found = await findOptimization(sql, name);
  if (found !== null) return found;
  throw new AppError('optimization_not_found', `There is no optimization "${name}".`, { optimization: name });
}

export async function show(deps: ServiceDeps, name: string): Promise<OptimizationDetail> {
  const stored = await requireOptimization(deps.store, name);
  return { ...stored.shown, saving: await readSaving(deps, stored) };
}

export async function list(
  deps: ServiceDeps,
  {
    endpoint = null,
    state,
  }: { readonly endpoint?: string | null | undefined; readonly state?: OptimizationState | undefined },
  limit: OwnerLimit | null,
): Promise<Optimization[]> {
  // The newest of all teams may leave no place for those of the caller.
  const most = limit === null ? MOST_LISTED : null;
  const found = await listStored(deps.store, { endpoint, states: state === undefined ? [] : [state] }, most);
  const selected = await selectWithinLimit(limit, found, {
    key: ({ shown }) => shown.endpoint,
    findOwner: ({ shown }) => findEndpointOwner(deps.store, shown.endpoint),
  });
  const stored = selected.slice(0, MOST_LISTED);
  const shown: Optimization[] = [];
  for (const one of stored) {
    const { spec: _spec, timeline: _timeline, ...rest } = one.shown;
    shown.push({ ...rest, saving: await readSaving(deps, one) });
  }
  return shown;
}

export interface StopRequest {
  readonly reason: string | null;
  /** Whether a kept change is undone too. */
  readonly undo: boolean;
  readonly actor: string;
}

/** Errors: `optimization_not_found`, `optimization_ended`. */
export async function stop(deps: ServiceDeps, name: string, request: StopRequest): Promise<OptimizationDetail> {
  await onNewestState(() => stopOnce(deps, name, request));
  return show(deps, name);
}

async function stopOnce(deps: ServiceDeps, name: string, { reason, undo, actor }: StopRequest): Promise<unknown> {
  const stored = await requireOptimization(deps.store, name);
  const { state } = stored.shown;
  const why = reason === null ? '' : `: ${reason}`;
  const stopped = (what: 'stopped' | 'undone', text: string) =>
    end(deps, stored, { what, reason: `${text} by ${actor}${why}`, actor, evidence: {} });
  if (state === 'proposed' || state === 'running') return stopped('stopped', 'Stopped');
  if (state === 'watched' && undo) return stopped('undone', 'Undone');
  if (state === 'watched') return close(deps, stored, `The watch was ended by ${actor}${why}`, actor);
  throw new AppError('optimization_ended', `Optimization "${name}" is ${state}.`, { optimization: name, state });
}

/** Errors: `optimization_not_found`, `optimization_not_ended`. */
export async function startAgain(
  deps: ServiceDeps,
  name: string,
  reason: string | null,
  actor: string,
): Promise<OptimizationDetail> {
  const why = `Started again by ${actor}${reason === null ? '' : `: ${reason}`}`;
  await onNewestState(async () => resume(deps, await requireOptimization(deps.store, name), why, actor));
  return show(deps, name);
}

const MOST_ATTEMPTS = 5;

/** Acts on the newest state: a look may take a step at the same time, and the act is then decided again. */
async function onNewestState(act: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await act();
      return;
    } catch (error) {
      if (!(error instanceof Outdated) || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}
