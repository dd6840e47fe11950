import { decimal, decimalString } from '../../../platform/units/index.ts';
import type { Check, Verdict } from '../../gates/schema.ts';
import type { ChangedCheck, DecisionReview, ReviewStatus } from './schema.ts';

/** A verdict with its checks. */
export interface Judged {
  readonly verdict: Verdict;
  readonly checks: readonly Check[];
  readonly currency: string;
}

export type Comparison = Pick<DecisionReview, 'changedChecks' | 'atStake' | 'atStakeReason' | 'summary'> & {
  readonly status: Exclude<ReviewStatus, 'cannot-be-judged'>;
};

/**
 * Compares a judgement on present evidence with the recorded one. `would-differ`: another verdict. `weaker`: the same verdict, but a
 * check that passed is inconclusive, or its slack (distance from the measured value to the bound) is below half. The result depends
 * on the two judgements only, not on the order of the changes between them.
 *
 * @example compareJudgements(recorded, { ...recorded, verdict: 'hold' }).status // 'would-differ'
 */
export function compareJudgements(recorded: Judged, now: Judged): Comparison {
  const pairs = pairChecks(recorded.checks, now.checks);
  const weakened = pairs.filter(({ before, now: after }) => isWeaker(before, after));
  const status = recorded.verdict !== now.verdict ? 'would-differ' : weakened.length > 0 ? 'weaker' : 'same';
  return {
    status,
    summary: summarise(status, now, weakened),
    changedChecks: pairs.flatMap(({ before, now: after }) => toChangedCheck(before, after)),
    ...computeAtStake(pairs, recorded.currency, now.currency),
  };
}

interface Pair {
  readonly before: Check | null;
  readonly now: Check | null;
}

/** Checks of the two judgements by name and basis, in the order of the recorded ones, then new ones. */
function pairChecks(before: readonly Check[], now: readonly Check[]): Pair[] {
  const left = [...now];
  const pairs = before.map((check): Pair => {
    const index = left.findIndex((other) => other.name === check.name && other.basis === check.basis);
    return { before: check, now: index < 0 ? null : (left.splice(index, 1)[0] ?? null) };
  });
  return [...pairs, ...left.map((check): Pair => ({ before: null, now: check }))];
}

function isWeaker(before: Check | null, now: Check | null): boolean {
  if (before?.holds !== true || now === null || now.holds === false) return false;
  if (now.holds === null) return true;
  const [slackBefore, slackNow] = [computeSlack(before), computeSlack(now)];
  if (slackBefore === null || slackNow === null || !slackBefore.isPositive()) return false;
  return slackNow.times(2).lessThan(slackBefore);
}

/** Distance from the measured value to the bound, in the unit of the check; positive when the check passes; null: unknown. */
function computeSlack({ measured, bound, comparison }: Check) {
  if (measured === null || bound === null) return null;
  return comparison === '>=' ? decimal(measured).minus(bound) : decimal(bound).minus(measured);
}

function toChangedCheck(before: Check | null, now: Check | null): ChangedCheck[] {
  const named = now ?? before;
  if (named === null) return [];
  const [was, is] = [toState(before), toState(now)];
  if (was?.holds === is?.holds && was?.measured === is?.measured && was?.bound === is?.bound) return [];
  return [{ name: named.name, side: named.side, unit: named.unit, before: was, now: is }];
}

function toState(check: Check | null): ChangedCheck['now'] {
  return check === null ? null : { holds: check.holds, measured: check.measured, bound: check.bound };
}

const PER_MONTH = ' per month';

/** Change of the headroom of the cost per month that became worst. */
function computeAtStake(
  pairs: readonly Pair[],
  currencyBefore: string,
  currency: string,
): Pick<DecisionReview, 'atStake' | 'atStakeReason'> {
  const unknown = (atStakeReason: string) => ({ atStake: null, atStakeReason });
  if (currencyBefore !== currency) return unknown(`the policy changed from ${currencyBefore} to ${currency}`);
  const monthly = pairs.filter(({ before, now }) => (now ?? before)?.unit === `${currency}${PER_MONTH}`);
  if (monthly.length === 0) return unknown('the policy has no check of a cost per month');
  const changes = monthly.flatMap(({ before, now }) => {
    const slacks = [before, now].map((check) => (check === null ? null : computeSlack(check)));
    const [was = null, is = null] = slacks;
    return was === null || is === null || now === null ? [] : [{ change: is.minus(was), check: now.name }];
  });
  const [worst] = changes.toSorted((one, other) => one.change.comparedTo(other.change));
  if (worst === undefined) return unknown('the cost per month or its bound is unknown, now or at the decision');
  return { atStake: { amount: decimalString(worst.change), currency, check: worst.check }, atStakeReason: null };
}

function summarise(status: Comparison['status'], now: Judged, weakened: readonly Pair[]): string {
  if (status === 'same') return `The verdict is still ${now.verdict}.`;
  const names = (checks: readonly (Check | null)[]) => checks.flatMap((check) => check?.name ?? []).join(', ');
  if (status === 'weaker') {
    const inconclusive = names(weakened.filter((pair) => pair.now?.holds === null).map((pair) => pair.now));
    const tighter = names(weakened.filter((pair) => pair.now?.holds === true).map((pair) => pair.now));
    const reasons = [
      ...(inconclusive === '' ? [] : [`inconclusive now: ${inconclusive}`]),
      ...(tighter === '' ? [] : [`less than half of the headroom left: ${tighter}`]),
    ];
    return `Still ${now.verdict}, but weaker; ${reasons.join('; ')}.`;
  }
  const failing = names(now.checks.filter(({ holds }) => holds === false));
  const missing = names(now.checks.filter(({ holds }) => holds === null));
  const why =
    now.verdict === 'reject' ? `; fails: ${failing}` : now.verdict === 'hold' ? `; inconclusive: ${missing}` : '';
  return `The verdict would now be ${now.verdict}${why}.`;
}
