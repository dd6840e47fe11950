import { describeCheck, evaluatePolicy } from '../gates/index.ts';
import type { Check, PolicySpec } from '../gates/schema.ts';
import { narrowEvidence } from './configurations.ts';
import type { FrontierFacts } from './facts.ts';
import type { PlannedPoint } from './list-points.ts';
import { isAtDemand } from './plan-cost.ts';
import type { Acceptance } from './schema.ts';

/**
 * Applies the policy to a point as the gate would, with the baseline as the champion, and without approvals. No look is spent: the
 * tests are those of a first look.
 */
export function acceptPoint({ configuration, facts: { evidence } }: PlannedPoint, facts: AcceptanceFacts): Acceptance {
  const { checks } = evaluatePolicy({
    policy: facts.spec,
    candidate: narrowEvidence(evidence, configuration),
    champion: facts.champion,
    budgets: facts.budgets,
  });
  const open = checks.filter(({ holds }) => holds !== true);
  const isRejected = open.some(({ holds }) => holds === false);
  return {
    result: open.length === 0 ? 'accepted' : isRejected ? 'rejected' : 'unproven',
    rules: open.map((check) => ({
      name: describeCheck(check),
      result: check.holds === false ? 'fails' : 'inconclusive',
      reason: describeReason(check),
      samplesNeeded: check.samplesNeeded ?? null,
    })),
  };
}

/** The policy and the baseline that all points are judged by. */
export interface AcceptanceFacts extends Pick<FrontierFacts, 'budgets'> {
  readonly spec: PolicySpec;
  readonly champion: FrontierFacts['versions'][number]['evidence'] | null;
}

/** null without a policy. A stated demand replaces that of the policy. */
export function buildAcceptanceFacts(
  facts: FrontierFacts,
  predictionsPerMonth: number | undefined,
): AcceptanceFacts | null {
  const { policy, versions, baseline, budgets } = facts;
  if (policy === null) return null;
  const champion = versions.find(({ evidence }) => evidence.version === baseline?.version)?.evidence ?? null;
  return { spec: restatePolicy(policy.spec, predictionsPerMonth), champion, budgets };
}

function restatePolicy(
  { approvals: _approvals, ...spec }: PolicySpec,
  predictionsPerMonth: number | undefined,
): PolicySpec {
  if (predictionsPerMonth === undefined) return spec;
  return {
    ...spec,
    cost: spec.cost.map((rule) => (isAtDemand(rule) ? { ...rule, predictionsPerMonth } : rule)),
    ...(spec.tradePrice === undefined ? {} : { tradePrice: { ...spec.tradePrice, predictionsPerMonth } }),
  };
}

const FIGURE_DIGITS = 6;

/** Example: "1200 USD per month, required <= 1000". */
function describeReason({ holds, measured, unit, comparison, bound, source }: Check): string {
  if (holds === null) return source === '' ? 'the examples do not decide it yet' : source;
  return `${roundFigure(measured)} ${unit}, required ${comparison} ${roundFigure(bound)}`;
}

function roundFigure(value: string | null): string {
  return value === null ? 'unknown' : String(Number(Number(value).toPrecision(FIGURE_DIGITS)));
}
