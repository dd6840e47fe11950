import type { Sql } from '../../platform/store/index.ts';
import type { EndpointSpec, Variant } from '../endpoint-spec/schema.ts';
import { ScalingSpec } from '../endpoint-spec/schema.ts';
import type { WaitingSlo } from '../scaling/index.ts';
import { buildChangedRevision, type ServiceDeps } from './service.ts';
import { findEndpoints, findRevision, type Revision } from './store.ts';
import { selectHeldResource } from './usage.ts';

/** A variant of an endpoint, with the replica bounds of its document. */
export interface ServedVariant {
  readonly endpoint: string;
  readonly variant: string;
  readonly model: string;
  readonly version: string;
  /** The revision that has the traffic. */
  readonly revision: number;
  /** Whether the newest revision has the traffic, so no rollout is in progress. */
  readonly isSettled: boolean;
  readonly project: string | null;
  readonly environment: string | null;
  readonly min: number;
  readonly max: number;
  /** Maximum number of concurrent requests in one replica. */
  readonly concurrency: number;
  /** Milliseconds without a request after which the variant scales to zero, if `min` is 0. */
  readonly idleAfterMs: number;
  /** Configured cold start of a replica, in milliseconds. */
  readonly coldStartMs: number;
  /** Configured share of a replica's capacity to plan with, 0 to 1. */
  readonly targetUtilization: number;
  /** Share of requests that may wait longer than a limit; null for `hpa` and `kpa`, which plan by `targetUtilization` instead. */
  readonly slo: WaitingSlo | null;
  /** Key of the price book that a replica is priced by, and its quantity. */
  readonly resource: string;
  readonly quantity: string;
}

/** New replica bounds of a variant, and the bounds that the caller expects it to have now. */
export interface ReplicaChange {
  readonly endpoint: string;
  readonly variant: string;
  readonly from: { readonly min: number; readonly max: number };
  readonly to: { readonly min: number; readonly max: number };
  /** Reason for the new revision, as text for people. */
  readonly cause: string;
}

/** Variants that have the traffic, and changes of their replica bounds. */
export interface ServedVariants {
  /** Variants of revisions that have the traffic, by endpoint and name. */
  variants(sql: Sql): Promise<ServedVariant[]>;
  /**
   * Creates a revision with another number of replicas, in the caller's transaction. Returns its number, or as text why
   * there is none: the endpoint does not exist, is being rolled out, or its bounds differ from `from`.
   */
  changeReplicas(sql: Sql, change: ReplicaChange): Promise<number | string>;
  /** Applies changes now, without waiting for the next pass. */
  wake(): void;
}

interface ServedVariantsDeps extends ServiceDeps {
  readonly wake: () => void;
}

const DEFAULTS = ScalingSpec.parse({});

export function createServedVariants(deps: ServedVariantsDeps): ServedVariants {
  return {
    variants: listServedVariants,
    changeReplicas: (sql, change) => changeReplicas(deps, sql, change),
    wake: deps.wake,
  };
}

/** Variants of revisions that have the traffic, by endpoint and name. */
export async function listServedVariants(sql: Sql): Promise<ServedVariant[]> {
  const served: ServedVariant[] = [];
  for (const { name, live, newest } of await findEndpoints(sql, null)) {
    const revision = live === null ? null : await findRevision(sql, name, live);
    if (revision === null) continue;
    for (const variant of Object.keys(revision.spec.variants)) {
      served.push(toServedVariant(revision, variant, live === newest));
    }
  }
  return served;
}

function toServedVariant({ endpoint, revision, spec, versions }: Revision, name: string, isSettled: boolean) {
  const variant = requireVariant(spec, name);
  const { coldStart, idleAfter, target } = variant.scaling ?? DEFAULTS;
  const slo = readStatedSlo(variant.scaling);
  return {
    ...{ endpoint, variant: name, revision, isSettled },
    model: variant.model,
    version: versions[name] ?? '',
    project: spec.project ?? null,
    environment: spec.environment ?? null,
    ...selectBounds(variant),
    concurrency: spec.limits.concurrency,
    idleAfterMs: idleAfter,
    coldStartMs: coldStart,
    targetUtilization: target,
    slo,
    ...selectHeldResource(variant),
  };
}

/** The SLO of a variant's document, with the defaults of `slo` where it has no scaling policy. */
function readStatedSlo(scaling: ScalingSpec | undefined): WaitingSlo | null {
  if (scaling?.policy === 'hpa' || scaling?.policy === 'kpa') return null;
  const { wait, missRatio } = scaling ?? DEFAULTS;
  return { waitSeconds: wait / 1000, missRatio };
}

/** Permitted waits where a variant has no scaling policy: the defaults of `slo`. */
export const DEFAULT_SLO: WaitingSlo = { waitSeconds: DEFAULTS.wait / 1000, missRatio: DEFAULTS.missRatio };

function requireVariant(spec: EndpointSpec, name: string): Variant {
  const variant = spec.variants[name];
  if (variant === undefined) throw new Error(`there is no variant ${name}`);
  return variant;
}

/** The same defaults as in autoscaling. */
function selectBounds({ replicas: { min, max = Math.max(1, min) } }: Variant) {
  return { min, max };
}

async function changeReplicas(deps: ServiceDeps, sql: Sql, change: ReplicaChange): Promise<number | string> {
  const [pointers] = await findEndpoints(sql, change.endpoint);
  if (pointers === undefined) return `endpoint "${change.endpoint}" no longer exists`;
  const revision = await findRevision(sql, change.endpoint, pointers.newest);
  // A revision that takes the traffic in one step may be replaced before it is live; a rollout in steps is not cut short.
  const isOnItsWay =
    pointers.live !== pointers.newest && (revision?.state === 'failed' || revision?.strategy !== 'instant');
  if (isOnItsWay) return `endpoint "${change.endpoint}" has a rollout in progress`;
  const variant = revision?.spec.variants[change.variant];
  if (revision === null || variant === undefined) return `variant "${change.variant}" no longer exists`;
  const { min, max } = selectBounds(variant);
  if (min !== change.from.min || max !== change.from.max) {
    return `variant "${change.variant}" now has ${min} to ${max} replicas, not ${change.from.min} to ${change.from.max}`;
  }
  const variants = { ...revision.spec.variants, [change.variant]: { ...variant, replicas: { ...change.to } } };
  return buildChangedRevision(deps, sql, revision, { ...revision.spec, variants }, change.cause);
}
