import { createHash } from 'node:crypto';
import type { EndpointSpec } from '../endpoint-spec/schema.ts';
import type { Request, Target } from '../inference/index.ts';
import { ServingProblem } from '../inference/index.ts';
import type { Deployment, LiveRoute, LiveVariant } from '../serving/index.ts';
import { listRouteVariants, weightsOf } from '../serving/index.ts';

/** Selects the variant of a request, independent of the weights. */
export const VARIANT_HEADER = 'x-steelyard-variant';

/**
 * Chooses the variant or route of a request by weight, among those that its address and header name. With a sticky endpoint the
 * choice is the same for each caller. `chance` is in [0, 1). Errors: `not_found`, when no variant has the name.
 */
export function chooseTarget(
  { revision, variants, routes }: Deployment,
  target: Pick<Target, 'model' | 'version' | 'label'>,
  request: Request,
  chance: number,
): LiveVariant | LiveRoute {
  const named = selectTargets({ revision, variants, routes }, target, request.headers[VARIANT_HEADER]);
  const [only, ...others] = named;
  if (only !== undefined && others.length === 0) return only;
  const weights = weightsOf(revision.spec);
  const place = computeStickyPlace(revision.endpoint, revision.spec.traffic.sticky, request) ?? chance;
  return chooseByWeight(named, (variant) => weights[variant.name] ?? 0, place);
}

/**
 * The variants and routes that the address and header of a request name, variants first. A route has the models of its variants and no
 * version. Error: `not_found`.
 */
export function selectTargets(
  { revision: { endpoint }, variants, routes }: Pick<Deployment, 'revision' | 'variants' | 'routes'>,
  target: Pick<Target, 'model' | 'version' | 'label'>,
  wanted?: string | readonly string[],
): (LiveVariant | LiveRoute)[] {
  const { model, version, label } = target;
  const named = routes.filter(
    (route) =>
      version === null &&
      (label === null || label === route.name) &&
      (wanted === undefined || wanted === route.name) &&
      (model === null || model === endpoint || listRouteVariants(route).some(({ variant }) => variant.model === model)),
  );
  if (named.length === 0) return selectVariants(endpoint, variants, target, wanted);
  return [...variants.filter((one) => isNamed(one, endpoint, target, wanted)), ...named];
}

function isNamed(
  one: LiveVariant,
  endpoint: string,
  { model, version, label }: Pick<Target, 'model' | 'version' | 'label'>,
  wanted: string | readonly string[] | undefined,
): boolean {
  return (
    (model === null || model === endpoint || model === one.variant.model) &&
    (version === null || version === one.version) &&
    (label === null || label === one.name) &&
    (wanted === undefined || wanted === one.name)
  );
}

/** The variants that match the model, version and label in the address and the variant in a header. Error: `not_found`. */
export function selectVariants(
  endpoint: string,
  variants: readonly LiveVariant[],
  target: Pick<Target, 'model' | 'version' | 'label'>,
  wanted?: string | readonly string[],
): LiveVariant[] {
  const { model, version, label } = target;
  const found = variants.filter((one) => isNamed(one, endpoint, target, wanted));
  if (found.length > 0) return found;
  const asked = [
    model,
    version && `version ${version}`,
    label && `label ${label}`,
    wanted && `variant ${wanted}`,
  ].filter(Boolean);
  const there = variants.map((one) => `${one.variant.model} ${one.version} (${one.name})`).join(', ');
  throw new ServingProblem('not_found', `Endpoint "${endpoint}" serves ${there}, not ${asked.join(', ')}.`);
}

/** The first variant with a cumulative share above `place`. Without weights, the first. */
export function chooseByWeight<T>(variants: readonly T[], weightOf: (variant: T) => number, place: number): T {
  const total = variants.reduce((sum, variant) => sum + weightOf(variant), 0);
  let rest = place * total;
  for (const variant of variants) {
    const weight = weightOf(variant);
    if (rest < weight) return variant;
    rest -= weight;
  }
  const [first] = variants;
  if (first === undefined) throw new Error('an endpoint has a variant');
  return first;
}

/**
 * Fixed position of a caller in [0, 1): the first 32 bits of SHA-256 over endpoint, salt and key; null where the endpoint is not sticky or
 * the request lacks the header. Positions of two salts are independent.
 */
export function computeStickyPlace(
  endpoint: string,
  sticky: EndpointSpec['traffic']['sticky'],
  { headers, body }: Request,
): number | null {
  if (sticky === undefined) return null;
  const value = 'header' in sticky ? headers[sticky.header.toLowerCase()] : body;
  if (value === undefined) return null;
  const hash = createHash('sha256')
    // Names of endpoints have no spaces.
    .update(sticky.salt === undefined ? `${endpoint}\n` : `${endpoint} salt ${sticky.salt}\n`)
    .update(Array.isArray(value) ? value.join() : (value as string | Buffer));
  return hash.digest().readUInt32BE(0) / 2 ** 32;
}
