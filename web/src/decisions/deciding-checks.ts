import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import type { Check } from '../../../src/tradeoff/gates/schema.ts';
import { formatMeasured } from '../format/number.ts';
import { formatCheckName } from './check-name.ts';

const FIGURES = 3;

type Judged = Pick<Decision, 'verdict' | 'checks'>;

/**
 * The checks that decided, at most three: of a rejection the failed checks, of a hold the inconclusive ones, then those closest to
 * their bound as a share of it. Checks of one side never hide all checks of the other.
 */
export function chooseDecidingChecks({ verdict, checks }: Judged): Check[] {
  const wanted = verdict === 'reject' ? false : verdict === 'hold' ? null : undefined;
  const ranked = checks
    .filter(({ bound, measured }) => wanted === null || (bound !== null && measured !== null))
    .toSorted((one, other) => rank(one, wanted) - rank(other, wanted));
  const chosen = ranked.slice(0, FIGURES);
  const missing = ranked.find(({ side }) => !chosen.some((check) => check.side === side));
  return missing === undefined ? chosen : [...chosen.slice(0, FIGURES - 1), missing];
}

/** Checks with the wanted result first, each group by relative slack. */
function rank(check: Check, wanted: Check['holds'] | undefined): number {
  return (check.holds === wanted ? 0 : 1e6) + Math.min(relativeSlack(check), 1e5);
}

/** Distance to the bound as a share of the bound; 0 when either is unknown. */
function relativeSlack({ measured, bound }: Check): number {
  if (measured === null || bound === null) return 0;
  const scale = Math.abs(Number(bound)) || 1;
  return Math.abs(Number(measured) - Number(bound)) / scale;
}

/** "at most $13.80 a month" of a check, as text; null without a bound. */
export function formatBound({ bound, measured, unit, comparison }: Check): string | null {
  if (bound === null) return null;
  const text = formatMeasured(bound, unit, measured ?? bound);
  return `${comparison === '>=' ? 'at least' : 'at most'} ${text.figure}`;
}

/** Conditions of another verdict, one sentence each. */
export function listVerdictChanges({ verdict, checks }: Judged): string[] {
  if (verdict === 'promote') return listPromoteLimits(checks);
  const blocking = checks.filter(({ holds }) => holds === (verdict === 'reject' ? false : null));
  return blocking.map((check) => {
    const bound = formatBound(check);
    if (check.measured === null || bound === null) return `Evidence for ${formatCheckName(check)}.`;
    return `${capitaliseName(check)} of ${bound} instead of ${formatMeasured(check.measured, check.unit, check.bound ?? undefined).figure}.`;
  });
}

/** The tightest check of each side: beyond its bound the version would be rejected. */
function listPromoteLimits(checks: readonly Check[]): string[] {
  return (['quality', 'cost'] as const).flatMap((side) => {
    const [tightest] = checks
      .filter((check) => check.side === side && check.measured !== null && check.bound !== null)
      .toSorted((one, other) => relativeSlack(one) - relativeSlack(other));
    if (tightest?.bound == null || tightest.measured === null) return [];
    const direction = tightest.comparison === '>=' ? 'below' : 'above';
    const { figure } = formatMeasured(tightest.bound, tightest.unit, tightest.measured);
    return [`${capitaliseName(tightest)} ${direction} ${figure} would reject it.`];
  });
}

/** Name of a check at the start of a sentence; the name of a metric keeps its letters. */
function capitaliseName(check: Check): string {
  const name = formatCheckName(check);
  return check.side === 'quality' ? name : name.charAt(0).toUpperCase() + name.slice(1);
}
