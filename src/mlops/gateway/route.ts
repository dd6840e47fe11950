import type { ServerResponse } from 'node:http';
import type { Request, Target } from '../inference/index.ts';
import type { Deployment, LiveVariant } from '../serving/index.ts';
import { noted, sideOf } from './split.ts';
import { chosenVariant } from './traffic.ts';

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
  const deployment = sideOf(found, target, request, Math.random());
  noted(found, deployment, response);
  return { deployment, live: chosenVariant(deployment, target, request, Math.random()) };
}
