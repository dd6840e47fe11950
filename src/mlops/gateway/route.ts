import type { ServerResponse } from 'node:http';
import type { Request, Target } from '../inference/index.ts';
import type { Deployment, LiveVariant } from '../serving/index.ts';
import { chooseSide, recordResult } from './split.ts';
import { chooseVariant } from './traffic.ts';

/** Where a request goes. */
export interface Routed {
  /** The live deployment, or the canary. */
  readonly deployment: Deployment;
  readonly live: LiveVariant;
}

/**
 * Second stage: chooses the live deployment or its canary, and the variant in it. With a canary, the result of the request counts in the
 * comparison. Errors: `not_found`, when no variant has the name that the request states.
 */
export function routeRequest(found: Deployment, target: Target, request: Request, response: ServerResponse): Routed {
  const deployment = chooseSide(found, target, request, Math.random());
  recordResult(found, deployment, response);
  return { deployment, live: chooseVariant(deployment, target, request, Math.random()) };
}
