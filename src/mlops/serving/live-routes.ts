import type { EndpointSpec, RouteCondition } from '../endpoint-spec/schema.ts';
import type { LiveVariant } from './wanted.ts';

/** A stage of a cascade with the replicas that answer for it. */
export interface LiveStage {
  readonly live: LiveVariant;
  /** Least confidence, 0 to 1, at which its answer is accepted; null: the last stage, whose answer always is. */
  readonly acceptAtConfidence: number | null;
  /** Field of the output with the confidence; null: the whole output. */
  readonly confidence: string | null;
}

export interface LiveCascade {
  readonly kind: 'cascade';
  readonly name: string;
  /** In the order in which they are asked; at least two. */
  readonly stages: readonly LiveStage[];
  readonly onError: 'fail' | 'answer';
}

export interface LiveRouter {
  readonly kind: 'router';
  readonly name: string;
  readonly rules: readonly { readonly when: RouteCondition; readonly live: LiveVariant }[];
  readonly otherwise: LiveVariant;
}

/** A name for traffic that has no replicas: it sends requests to variants. */
export type LiveRoute = LiveCascade | LiveRouter;

/** The routes of a document over its variants. */
export function buildLiveRoutes({ routes }: EndpointSpec, variants: readonly LiveVariant[]): LiveRoute[] {
  const find = (name: string): LiveVariant => {
    const live = variants.find((one) => one.name === name);
    if (live === undefined) throw new Error(`a route names the variant ${name}, which the endpoint does not have`);
    return live;
  };
  return Object.entries(routes).map(([name, { cascade, router }]): LiveRoute => {
    if (router !== undefined) {
      const rules = router.rules.map(({ when, variant }) => ({ when, live: find(variant) }));
      return { kind: 'router', name, rules, otherwise: find(router.otherwise) };
    }
    if (cascade === undefined) throw new Error(`the route ${name} is neither a cascade nor a router`);
    const stages = cascade.stages.map(({ variant, acceptAtConfidence = null, confidence = null }) => ({
      ...{ live: find(variant), acceptAtConfidence, confidence },
    }));
    return { kind: 'cascade', name, stages, onError: cascade.onError };
  });
}

/** The variants that a route may ask, in its order. */
export function listRouteVariants(route: LiveRoute): LiveVariant[] {
  if (route.kind === 'cascade') return route.stages.map(({ live }) => live);
  return [...new Set([...route.rules.map(({ live }) => live), route.otherwise])];
}
