import type { ServerResponse } from 'node:http';
import type { Request, Target } from '../inference/index.ts';
import { ServingProblem } from '../inference/index.ts';
import type { UsedTime } from '../replicas/index.ts';
import type { Deployment, LiveRoute, LiveVariant, Side } from '../serving/index.ts';
import { chooseTarget, computeStickyPlace, selectTargets, VARIANT_HEADER } from './traffic.ts';

/** Where a request goes. */
export interface Routed {
  /** The live deployment, or the canary. */
  readonly deployment: Deployment;
  /** Variant or route that was chosen. */
  readonly chosen: LiveVariant | LiveRoute;
  /** Records the time that the request used of a replica, for the comparison of a canary; undefined: none, or not assigned by its split. */
  readonly used: ((...parts: UsedTime[]) => void) | undefined;
}

/**
 * Second stage: chooses the live deployment or its canary, and the variant in it. With a canary, the result of the request counts in the
 * comparison. Errors: `not_found`, when no variant has the name that the request states.
 */
export function routeRequest(found: Deployment, target: Target, request: Request, response: ServerResponse): Routed {
  const { deployment, isAssigned } = chooseSide(found, target, request, Math.random());
  const side = findSide(found, deployment);
  if (side !== null) recordResult(side, isAssigned, response);
  const used = side === null || !isAssigned ? undefined : side.used;
  return { deployment, chosen: chooseTarget(deployment, target, request, Math.random()), used };
}

type NamedTarget = Pick<Target, 'model' | 'version' | 'label'>;

/** The live deployment or its canary, and whether the split of the traffic chose it rather than a name in the request. */
interface ChosenSide {
  readonly deployment: Deployment;
  readonly isAssigned: boolean;
}

/**
 * Chooses the live deployment or the canary: the only one that has the named variant, else by weight. With a sticky endpoint
 * the choice is the same for each caller, and a growing canary only moves callers to it and none away. `chance` is in [0,
 * 1).
 */
function chooseSide(found: Deployment, target: NamedTarget, request: Request, chance: number): ChosenSide {
  const { canary, revision } = found;
  if (canary === null) return { deployment: found, isAssigned: false };
  const [inLive, inCanary] = [found, canary.deployment].map((one) => has(one, target, request));
  if (inLive !== inCanary) return { deployment: inCanary ? canary.deployment : found, isAssigned: false };
  const { sticky } = revision.spec.traffic;
  const place = computeStickyPlace(`${revision.endpoint} canary`, sticky, request) ?? chance;
  return { deployment: 100 * place < canary.weight ? canary.deployment : found, isAssigned: true };
}

function has(deployment: Deployment, target: NamedTarget, { headers }: Request): boolean {
  try {
    return selectTargets(deployment, target, headers[VARIANT_HEADER]).length > 0;
  } catch (error) {
    if (error instanceof ServingProblem) return false;
    throw error;
  }
}

/** The side of the canary that a deployment is; null without a canary. */
function findSide({ canary }: Deployment, deployment: Deployment): Side | null {
  if (canary === null) return null;
  return deployment === canary.deployment ? canary.canarySide : canary.liveSide;
}

/** Records the result of a request for the comparison of both sides. A request whose client disconnects is not recorded. */
function recordResult(side: Side, isAssigned: boolean, response: ServerResponse): void {
  const since = performance.now();
  response.once('finish', () => side.saw(response.statusCode, performance.now() - since, isAssigned));
}
