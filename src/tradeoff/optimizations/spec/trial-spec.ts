import type { EndpointSpec, Variant } from '../../../mlops/endpoint-spec/schema.ts';
import { AppError } from '../../../platform/errors/index.ts';
import type { OptimizationSpec } from './schema.ts';

/** The arms of an optimization, as its endpoint has them. */
export interface TrialArms {
  readonly baseline: string;
  readonly candidate: string;
  /** The candidate's document where it is made from the baseline; null where the endpoint has this variant already. */
  readonly added: Variant | null;
}

/**
 * Chooses the arms. Errors: `optimization_invalid` where the baseline is missing, not unique, has no traffic, or the candidate cannot be
 * made; `optimization_no_change` where both arms are the same.
 */
export function chooseArms(name: string, spec: OptimizationSpec, endpoint: EndpointSpec): TrialArms {
  const baseline = chooseBaseline(spec, endpoint);
  const { change } = spec;
  if ('toVariant' in change) {
    if (!(change.toVariant in endpoint.variants) && !(change.toVariant in endpoint.routes)) {
      throw invalid(`Endpoint "${spec.endpoint}" has no variant or route "${change.toVariant}".`, spec);
    }
    if (change.toVariant === baseline) throw noChange(spec);
    return { baseline, candidate: change.toVariant, added: null };
  }
  const before = endpoint.variants[baseline];
  if (before === undefined) throw invalid(`Endpoint "${spec.endpoint}" has no variant "${baseline}".`, spec);
  const candidate = `${name}-candidate`.slice(0, 63);
  if (candidate in endpoint.variants) {
    throw invalid(`Endpoint "${spec.endpoint}" has a variant "${candidate}" already.`, spec);
  }
  const added = applyChange(before, change);
  if (isDeepEqual(toComparable(added), toComparable(before))) throw noChange(spec);
  return { baseline, candidate, added };
}

function chooseBaseline({ endpoint: name, variant }: OptimizationSpec, { variants, traffic }: EndpointSpec): string {
  const [first = ''] = Object.keys(variants);
  const weights = traffic.weights ?? { [first]: 1 };
  const served = Object.keys(variants).filter((one) => (weights[one] ?? 0) > 0);
  if (variant === undefined) {
    const [only, ...others] = served;
    if (only !== undefined && others.length === 0) return only;
    const detail = `Endpoint "${name}" has ${served.length} variants with traffic (${served.join(', ')}): set spec.variant.`;
    throw new AppError('optimization_invalid', detail, { endpoint: name });
  }
  if (served.includes(variant)) return variant;
  const detail = `Endpoint "${name}" sends no traffic to a variant "${variant}"; it has ${served.join(', ')}.`;
  throw new AppError('optimization_invalid', detail, { endpoint: name, variant });
}

type FieldChange = Exclude<OptimizationSpec['change'], { toVariant: string }>;

function applyChange(before: Variant, { model, version, kubernetes, ...fields }: FieldChange): Variant {
  const { alias, ...rest } = before;
  const named = version === undefined ? (alias === undefined ? {} : { alias }) : { version };
  const { version: _version, ...kept } = rest;
  const base = version === undefined ? before : { ...kept, ...named };
  const stated = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return {
    ...base,
    ...(model === undefined ? {} : { model }),
    ...(kubernetes === undefined ? {} : { kubernetes: moveNodes(before.kubernetes, kubernetes) }),
    ...stated,
  };
}

/** Other nodes for the same pods: their identity stays. */
function moveNodes(
  before: Variant['kubernetes'],
  change: NonNullable<FieldChange['kubernetes']>,
): Variant['kubernetes'] {
  const stated = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return { nodeSelector: {}, tolerations: [], spot: false, kserve: false, ...before, ...stated };
}

/** A variant without the way in which its version is named. */
function toComparable(variant: Variant): unknown {
  return sortKeys(variant);
}

function isDeepEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sortKeys(one)]),
  );
}

function invalid(detail: string, { endpoint }: OptimizationSpec): AppError {
  return new AppError('optimization_invalid', detail, { endpoint });
}

function noChange({ endpoint, variant }: OptimizationSpec): AppError {
  const detail = `The change leaves endpoint "${endpoint}" as it is: state a field of the variant that differs from the baseline, or another variant.`;
  return new AppError('optimization_no_change', detail, { endpoint, variant });
}

export interface TrialShare {
  /** Share of the traffic of the baseline that the candidate has, 0 to 1. */
  readonly share: number;
  /** Share of the requests of the other arm that each arm answers too, as copies, 0 to 1. */
  readonly copies: { readonly baseline: number; readonly candidate: number };
  /** Whether the change is kept: the baseline then has replicas for the hold-out only. */
  readonly isKept: boolean;
}

/** The endpoint with both arms. The candidate is listed last, so that a growing share moves callers to it and none away. */
export function buildTrialSpec(
  name: string,
  before: EndpointSpec,
  { baseline, candidate, added }: TrialArms,
  { share, copies, isKept }: TrialShare,
): EndpointSpec {
  const { [candidate]: existing, ...others } = before.variants;
  // A route has no replicas; its stages keep theirs.
  const variant = added ?? existing ?? null;
  const held = others[baseline];
  if (held === undefined || (variant === null && !(candidate in before.routes))) {
    throw new Error(`an arm of optimization ${name} is missing`);
  }
  const [first = ''] = Object.keys(before.variants);
  const weights = before.traffic.weights ?? { [first]: 1 };
  const whole = (weights[baseline] ?? 0) + (weights[candidate] ?? 0);
  // The baseline may be a stage of the candidate, which then needs its replicas.
  const isStage = variant === null;
  const variants = {
    ...others,
    [baseline]: isKept && !isStage ? scaleReplicas(held, 1 - share) : held,
    ...(variant === null ? {} : { [candidate]: isKept ? variant : scaleReplicas(variant, share) }),
  };
  const shadow = { ...before.traffic.shadow, [baseline]: copies.baseline, [candidate]: copies.candidate };
  return {
    ...before,
    variants,
    traffic: {
      ...before.traffic,
      weights: { ...weights, [baseline]: whole * (1 - share), [candidate]: whole * share },
      sticky: chooseSticky(name, before),
      shadow: Object.fromEntries(Object.entries(shadow).filter(([, part]) => part > 0)),
    },
  };
}

/** By caller where the endpoint names one, with a salt of the optimization, so that successive ones assign callers independently. */
function chooseSticky(
  name: string,
  { traffic: { sticky }, log: { entity } }: EndpointSpec,
): EndpointSpec['traffic']['sticky'] {
  if (sticky !== undefined) return { ...sticky, salt: name };
  return entity !== undefined && 'header' in entity ? { header: entity.header, salt: name } : undefined;
}

/** Replicas for a share of the traffic, at least one; none stays none. */
function scaleReplicas(variant: Variant, share: number): Variant {
  const { replicas } = variant;
  if (replicas === undefined) return variant;
  const { min, max } = replicas;
  const needed = min === 0 ? 0 : Math.max(1, Math.ceil(min * share - 1e-9));
  return { ...variant, replicas: max === undefined ? { min: needed, max: Math.max(1, min) } : { min: needed, max } };
}

/** The endpoint after the watch: the candidate has the place of the baseline, without hold-out and copies. */
export function buildFinalSpec(before: EndpointSpec, { baseline, candidate, added }: TrialArms): EndpointSpec {
  if (added !== null) return { ...before, variants: { ...before.variants, [baseline]: added } };
  const [first = ''] = Object.keys(before.variants);
  const weights = before.traffic.weights ?? { [first]: 1 };
  const whole = (weights[baseline] ?? 0) + (weights[candidate] ?? 0);
  return { ...before, traffic: { ...before.traffic, weights: { ...weights, [baseline]: 0, [candidate]: whole } } };
}

/**
 * The endpoint as a person changed it, without the parts of the optimization that are left: an added candidate without traffic, its copies, and
 * the salt. Null where nothing is left, or the candidate still has traffic.
 */
export function buildCleanSpec(
  before: EndpointSpec,
  now: EndpointSpec,
  { baseline, candidate, added }: TrialArms,
): EndpointSpec | null {
  const { [candidate]: left, ...variants } = now.variants;
  if (added === null || left === undefined || (now.traffic.weights?.[candidate] ?? 0) > 0) return null;
  const { [candidate]: _weight, ...weights } = now.traffic.weights ?? {};
  const { [candidate]: _copies, [baseline]: _own, ...shadow } = now.traffic.shadow;
  const ownBefore = before.traffic.shadow[baseline];
  return {
    ...now,
    variants,
    traffic: {
      ...now.traffic,
      ...(now.traffic.weights === undefined ? {} : { weights }),
      sticky: before.traffic.sticky,
      shadow: ownBefore === undefined ? shadow : { ...shadow, [baseline]: ownBefore },
    },
  };
}
