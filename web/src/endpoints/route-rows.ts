import type { EndpointRouteStatus } from '../../../src/mlops/serving/schema.ts';

/** A stage of a cascade, or a rule of a router, with the requests that its variant was sent. */
export interface StageRow {
  readonly id: string;
  readonly route: string;
  readonly kind: EndpointRouteStatus['kind'];
  /** Place in the route, from 1. */
  readonly place: number;
  readonly variant: string;
  /** `accepts at 0.8 or more`, `header x-tier = free`. */
  readonly rule: string;
  /** Requests to the variant along the route; of a router, of all rules that select it; null: an earlier rule has them. */
  readonly asked: number | null;
  /** null: it is not a stage, or it is the last one. */
  readonly escalated: number | null;
  readonly failed: number | null;
}

/** The stages and rules of the routes, in their order. */
export function listStages(routes: readonly EndpointRouteStatus[]): StageRow[] {
  return routes.flatMap((route) => (route.kind === 'cascade' ? listCascadeStages(route) : listRouterRules(route)));
}

function listCascadeStages({ route, kind, variants }: EndpointRouteStatus): StageRow[] {
  return variants.map(({ variant, acceptAtConfidence, asked, escalated, failed }, index) => ({
    ...{ id: `${route} ${index}`, route, kind, place: index + 1, variant, asked, failed },
    rule: acceptAtConfidence === null ? 'always answers' : `accepts at a confidence of ${acceptAtConfidence} or more`,
    escalated: acceptAtConfidence === null ? null : escalated,
  }));
}

/** Requests are counted by variant, so those of several rules with one variant are in the row of the first. */
function listRouterRules({ route, kind, rules, variants }: EndpointRouteStatus): StageRow[] {
  return rules.map(({ when, variant }, index) => {
    const isFirst = rules.findIndex((rule) => rule.variant === variant) === index;
    const counts = isFirst ? variants.find((one) => one.variant === variant) : undefined;
    return {
      ...{ id: `${route} ${index}`, route, kind, place: index + 1, variant },
      rule: when ?? 'all other requests',
      ...{ asked: counts?.asked ?? null, escalated: null, failed: counts?.failed ?? null },
    };
  });
}

/** Reason that a route has no escalated share; null where it has one. */
export function explainNoShare({ kind, escalatedShare }: EndpointRouteStatus): string | null {
  if (escalatedShare !== null) return null;
  return kind === 'router' ? 'A router asks one variant.' : 'No request in the last 24 hours.';
}
