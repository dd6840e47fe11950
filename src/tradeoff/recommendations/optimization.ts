import type { ServingUse } from '../../mlops/gateway/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { lockUntilCommit, type Sql } from '../../platform/store/index.ts';
import type { Optimizations } from '../optimizations/index.ts';
import { OptimizationSpec } from '../optimizations/schema.ts';
import { addTimelineEntry, type RecommendationDeps, recordDecidedAct } from './context.ts';
import type { Recommendation, RecommendationDetail, RecommendationKind } from './schema.ts';
import { type ActRequest, putOrConflict, refuseDecided, requireRecommendation } from './service.ts';

type OptimizationUse = Pick<Optimizations, 'propose' | 'findState'>;

export type TryDeps = RecommendationDeps & { readonly optimizations: OptimizationUse };

/** Reason why a kind cannot be compared on the live traffic of an endpoint; null: it can, where it names one. */
const REASONS: Readonly<Record<RecommendationKind, string | null>> = {
  replica_count: null,
  hardware: null,
  scale_to_zero:
    'A small share of the traffic would wait for more cold starts than all of it: scale to zero directly; it can be undone.',
  return_gpu: 'It names a GPU and not a variant of an endpoint.',
  gpu_share: 'It names GPUs and not a variant of an endpoint.',
  cpu_memory: 'It names containers and not a variant of an endpoint.',
  spot: 'It names capacity for steps of a pipeline and not a variant of an endpoint.',
  stop_run: 'It stops a run, which answers no requests.',
  commitment: 'It is purely financial: no answer changes.',
  pack_nodes: 'It moves the same replicas to fewer nodes: no answer changes.',
};

/** At the last step replicas have nine tenths of their load after the change, or more: with less their latency would prove nothing. */
const CAPACITY_PERCENTS = [1, 5, 10, 25, 50, 90];
/** A week has all hours of the traffic; no label arrives later, and the hold-out costs a replica. */
const CAPACITY_WATCH = '7d';

type Planned =
  | { readonly spec: OptimizationSpec; readonly reason: null }
  | { readonly spec: null; readonly reason: string };

const refuse = (reason: string): Planned => ({ spec: null, reason });

/** Name of the optimization of a recommendation. Example: `rec_0123456789abcdef0123` -> `try-0123456789abcdef0123`. */
function toOptimizationName(recommendation: string): string {
  return recommendation.replace(/^rec_/, 'try-');
}

/** The recommendation with the optimization that would try it, or the reason why there is none. */
export async function readWithOptimization(
  deps: Pick<TryDeps, 'store' | 'serving' | 'optimizations'>,
  recommendation: string,
): Promise<RecommendationDetail> {
  const { document } = await requireRecommendation(deps.store, recommendation);
  return addOptimization(deps, deps.store, document);
}

async function addOptimization(
  { serving, optimizations }: Pick<TryDeps, 'serving' | 'optimizations'>,
  sql: Sql,
  document: Recommendation,
): Promise<RecommendationDetail> {
  const optimization = toOptimizationName(document.recommendation);
  const [planned, state] = [
    await planOptimization(serving, sql, document),
    await optimizations.findState(sql, optimization),
  ];
  return { ...document, optimization: { optimization, ...planned, state } };
}

/**
 * Proposes the recommendation as an optimization, once: the proposal, the entry in the timeline and the recorded decision are one transaction.
 * The recommendation stays open; it lapses when the change is kept. Errors: `recommendation_not_found`, `recommendation_not_open`,
 * `recommendation_not_triable`, and those of `proposeOptimization`.
 */
export function tryUnderGuardrail(
  deps: TryDeps,
  { recommendation, actor, reason }: ActRequest,
): Promise<RecommendationDetail> {
  return deps.store.transaction(async (sql) => {
    await lockUntilCommit(sql, recommendation);
    const kept = await requireRecommendation(sql, recommendation);
    const { document } = kept;
    refuseDecided(document);
    const planned = await planOptimization(deps.serving, sql, document);
    if (planned.spec === null) {
      const detail = `"${document.title}" cannot be tried on live traffic: ${planned.reason}`;
      throw new AppError('recommendation_not_triable', detail, { recommendation });
    }
    const name = toOptimizationName(recommendation);
    await deps.optimizations.propose(sql, name, planned.spec, actor);
    const why = reason === null ? '' : `: ${reason}`;
    const summary = `${actor} tries under a guardrail (optimization ${name}): ${document.title}`;
    await recordDecidedAct(deps, sql, document, { act: 'approved', actor, summary });
    const text = `Tried under a guardrail as optimization ${name}${why}`;
    const tried = addTimelineEntry(document, deps.clock.now(), 'tried', text, actor);
    return addOptimization(deps, sql, await putOrConflict(sql, kept, tried));
  });
}

/** The change of an endpoint that a recommendation names, as an optimization. Capacity keeps every answer, so that guardrails suffice. */
async function planOptimization(
  { changes }: Pick<ServingUse, 'changes'>,
  sql: Sql,
  { kind, action, recommendation, title, subject, what, evidence }: Recommendation,
): Promise<Planned> {
  const no = REASONS[kind];
  if (no !== null) return refuse(no);
  const endpoint = subject.endpoint ?? '';
  const variant = action.type === 'endpoint_replicas' ? action.variant : readVariant(what);
  const held = (await changes.read(sql, endpoint))?.spec.variants[variant ?? ''];
  if (variant === null || held === undefined) return refuse(`The endpoint no longer has the variant of ${what}.`);
  const describe = (change: OptimizationSpec['change']): Planned => ({
    spec: OptimizationSpec.parse({
      ...{ description: `Recommendation ${recommendation}: ${title}`, endpoint, variant, change },
      // Without a quality rule there is nothing to pair.
      compare: 'arms',
      ramp: { percents: CAPACITY_PERCENTS },
      watch: { for: CAPACITY_WATCH },
    }),
    reason: null,
  });
  if (action.type === 'endpoint_replicas') return describe({ replicas: action.to });
  const [only, ...others] = evidence.replacement;
  if (only === undefined || others.length > 0) {
    return refuse('A variant has replicas of one type: this mix needs one endpoint for each type.');
  }
  if (held.backend !== 'kubernetes') {
    return refuse(`Replicas of the backend "${held.backend}" run on this machine: other hardware needs Kubernetes.`);
  }
  if (!/^[\w./@-]{1,200}$/.test(only.type)) {
    return refuse(
      `"${only.type}" is not an instance type: state the resources of the variant in your own optimization.`,
    );
  }
  return describe({ resources: { ...held.resources, instance: only.type }, replicas: { min: only.replicas } });
}

/** `endpoint home, variant main: m version 1` -> `main`. */
function readVariant(what: string): string | null {
  return /, variant ([a-z0-9-]+):/.exec(what)?.[1] ?? null;
}
