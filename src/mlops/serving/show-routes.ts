import type { Sql } from '../../platform/store/index.ts';
import { DAY_MS, WEEK_MS } from '../../platform/units/durations.ts';
import { type Clock, decimal, decimalString, type Money } from '../../platform/units/index.ts';
import type { RouteCondition } from '../endpoint-spec/schema.ts';
import type { ServingCosts } from './costs.ts';
import type { Deployment } from './deployments.ts';
import { type LiveRoute, listRouteVariants } from './live-routes.ts';
import type { EndpointRouteStatus } from './schema.ts';
import { weightsOf } from './traffic-weights.ts';
import type { LiveVariant } from './wanted.ts';

/** Requests of the routes of an endpoint to their variants in the hours that begin in [start, end) Unix ms. */
export type ReadStageCounts = (
  sql: Sql,
  endpoint: string,
  within: { readonly start: number; readonly end: number },
) => Promise<readonly StageCount[]>;

interface StageCount {
  readonly route: string;
  readonly variant: string;
  readonly model: string;
  readonly version: string;
  readonly asked: number;
  readonly escalated: number;
  readonly failed: number;
}

export interface RoutesDeps {
  readonly costs: Pick<ServingCosts, 'of'>;
  readonly readStageCounts: ReadStageCounts;
  readonly clock: Pick<Clock, 'now'>;
}

/** The window of the cost of a version at an endpoint, so that both are of the same days. */
const COST_WINDOW_MS = WEEK_MS;

/** Cascades and routers of the live revision, in the order of the document. */
export async function readRoutes(
  { readStageCounts, costs, clock }: RoutesDeps,
  sql: Sql,
  { revision: { endpoint, spec }, routes }: Deployment,
): Promise<EndpointRouteStatus[]> {
  if (routes.length === 0) return [];
  const now = clock.now();
  const day = await readStageCounts(sql, endpoint, { start: now - DAY_MS, end: now });
  const week = await readStageCounts(sql, endpoint, { start: now - COST_WINDOW_MS, end: now });
  const weights = weightsOf(spec);
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return Promise.all(
    routes.map(async (route) => {
      const costOf = ({ variant: { model }, version }: LiveVariant) => costs.of(sql, { endpoint, model, version });
      return {
        ...buildCounts(route, day),
        weight: (weights[route.name] ?? 0) / total,
        shadow: spec.traffic.shadow[route.name] ?? 0,
        per1000: await computePer1000(route, week, costOf),
      };
    }),
  );
}

function buildCounts(route: LiveRoute, counts: readonly StageCount[]) {
  const variants = listRouteVariants(route).map(({ name }) => {
    const own = counts.filter((one) => one.route === route.name && one.variant === name);
    const sum = (key: 'asked' | 'escalated' | 'failed') => own.reduce((all, one) => all + one[key], 0);
    const stage = route.kind === 'cascade' ? route.stages.find(({ live }) => live.name === name) : undefined;
    const { acceptAtConfidence = null } = stage ?? {};
    return {
      variant: name,
      acceptAtConfidence,
      asked: sum('asked'),
      escalated: sum('escalated'),
      failed: sum('failed'),
    };
  });
  const { asked = 0, escalated = 0 } = variants[0] ?? {};
  return {
    ...{ route: route.name, kind: route.kind, variants, rules: listRules(route) },
    requests: countRequests(route, variants),
    escalatedShare: route.kind === 'router' || asked === 0 ? null : escalated / asked,
  };
}

/** A cascade asks its first stage with each request, a router one variant. */
function countRequests({ kind }: LiveRoute, asked: readonly { readonly asked: number }[]): number {
  const counts = kind === 'cascade' ? asked.slice(0, 1) : asked;
  return counts.reduce((sum, one) => sum + one.asked, 0);
}

function listRules(route: LiveRoute): EndpointRouteStatus['rules'] {
  if (route.kind === 'cascade') return [];
  const rules = route.rules.map(({ when, live }) => ({ when: formatCondition(when), variant: live.name }));
  return [...rules, { when: null, variant: route.otherwise.name }];
}

/** Example: `header x-tier in free, trial`. */
export function formatCondition(when: RouteCondition): string {
  const field = when.input === undefined ? `header ${when.header ?? ''}` : `input ${when.input}`;
  if (when.equals !== undefined) return `${field} = ${when.equals}`;
  if (when.in !== undefined) return `${field} in ${when.in.join(', ')}`;
  if (when.below !== undefined) return `${field} < ${when.below}`;
  if (when.atLeast !== undefined) return `${field} >= ${when.atLeast}`;
  return `${field} longer than ${when.longerThan ?? 0}`;
}

type Per1000 = EndpointRouteStatus['per1000'];

const unknown = (reason: string): Per1000 => ({ cost: null, reason });

/**
 * Cost of 1,000 requests to a route: sum over its variants of (requests that it sent to the variant / its requests) x cost of 1,000
 * predictions of the version. Example: 1,000 requests, of which 200 were escalated, at 1 USD and 10 USD per 1,000 -> 3 USD.
 */
async function computePer1000(
  route: LiveRoute,
  counts: readonly StageCount[],
  costOf: (live: LiveVariant) => ReturnType<ServingCosts['of']>,
): Promise<Per1000> {
  const own = counts.filter((one) => one.route === route.name && one.asked > 0);
  const lives = listRouteVariants(route);
  const isLive = (one: StageCount) =>
    lives.some((live) => live.name === one.variant && live.variant.model === one.model && live.version === one.version);
  if (own.length === 0) return unknown('no request in the last seven days');
  if (!own.every(isLive)) return unknown('its variants had other versions in the last seven days');
  const asked = lives.map(({ name }) => ({ asked: own.find(({ variant }) => variant === name)?.asked ?? 0 }));
  const requests = countRequests(route, asked);
  const parts: Money[] = [];
  for (const [at, live] of lives.entries()) {
    const count = asked[at]?.asked ?? 0;
    if (count === 0) continue;
    const { per1000, unpriced, predictions } = await costOf(live);
    if (unpriced.length > 0) return unknown(`${live.name}: no price for ${unpriced.join(', ')}`);
    if (per1000 === null) {
      return unknown(
        `${live.name}: ${predictions === null ? 'no answer was metered yet' : 'its replicas have no price'}`,
      );
    }
    parts.push({
      amount: decimalString(decimal(per1000.amount).times(count).dividedBy(requests)),
      currency: per1000.currency,
    });
  }
  const [first] = parts;
  if (first === undefined) return unknown('no request in the last seven days');
  if (parts.some(({ currency }) => currency !== first.currency))
    return unknown('its variants have prices in several currencies');
  const sum = parts.reduce((total, { amount }) => total.plus(amount), decimal(0));
  return { cost: { amount: decimalString(sum), currency: first.currency }, reason: null };
}
