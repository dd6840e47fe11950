import { decimal, formatMoneyText, formatPriceText } from '../../platform/units/index.ts';
import { describeCheck, evaluatePolicy } from '../gates/index.ts';
import type { Check, PolicySpec } from '../gates/schema.ts';
import { type CascadeContext, checkCascade } from './cascades/accept-cascade.ts';
import { narrowEvidence } from './configurations.ts';
import type { AcceptanceFacts, FrontierFacts } from './facts.ts';
import type { PlannedPoint } from './list-points.ts';
import { isAtDemand } from './plan-cost.ts';
import type { Acceptance } from './schema.ts';

/**
 * Applies the policy to a point as the gate would, with the baseline as the champion, and without approvals. No look is spent: the
 * tests are those of a first look.
 */
export function acceptPoint(
  point: PlannedPoint,
  facts: AcceptanceFacts,
  context: CascadeContext | null = null,
): Acceptance {
  const { configuration, cascade, facts: own } = point;
  if (cascade !== null && context !== null) return toAcceptance(checkCascade(point, facts, context));
  const { checks } = evaluatePolicy({
    policy: facts.spec,
    candidate: narrowEvidence(own.evidence, configuration),
    champion: facts.champion,
    budgets: facts.budgets,
  });
  return toAcceptance(checks);
}

function toAcceptance(checks: readonly Check[]): Acceptance {
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

/** Example: "$1,200 per month, required <= $1,000"; of a test "-0.01 accuracy (-0.03 to 0.01), required >= -0.02". */
function describeReason({ holds, measured, interval, unit, comparison, bound, source }: Check): string {
  if (measured === null || bound === null) return source;
  const [, currency, per = ''] = MONEY.exec(unit) ?? [];
  const show = (value: string) => (currency === undefined ? roundFigure(value) : formatCost(value, currency, per));
  const ends = interval === null ? '' : ` (${show(interval.lower)} to ${show(interval.upper)})`;
  const reason = `${show(measured)}${currency === undefined ? ` ${unit}` : per}${ends}, required ${comparison} ${show(bound)}`;
  return holds === false ? reason : `${reason}; the examples do not decide it`;
}

/** `USD per month`, `USD per 1,000 predictions`. */
const MONEY = /^([A-Z]{3})( per .+)?$/;
const PER_MONTH = ' per month';
const FIGURE_DIGITS = 6;

/** Unit costs keep their digits: two that are rounded to cents would look equal. */
function formatCost(amount: string, currency: string, per: string): string {
  if (per === PER_MONTH) return formatMoneyText({ amount, currency });
  return formatPriceText({ amount: decimal(amount).toSignificantDigits(FIGURE_DIGITS).toFixed(), currency });
}

function roundFigure(value: string): string {
  return String(Number(Number(value).toPrecision(FIGURE_DIGITS)));
}
