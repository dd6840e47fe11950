import { decimal, decimalString, type Money } from '../../../src/platform/units/schema.ts';
import type {
  Recommendation,
  RecommendationKind,
  RecommendationList,
  RecommendationState,
  RecommendationSummary,
  Saving,
  TimelineEntry,
} from '../../../src/tradeoff/recommendations/schema.ts';
import { formatMoney } from '../format/money.ts';
import { counted } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';

export const KINDS: Readonly<Record<RecommendationKind, string>> = {
  scale_to_zero: 'Scale to zero',
  stop_run: 'Stop a run',
  replica_count: 'Fewer replicas',
  cpu_memory: 'CPU and memory',
  return_gpu: 'Return a GPU',
  gpu_share: 'Share GPUs',
  pack_nodes: 'Fewer nodes',
  spot: 'Spot',
  commitment: 'Commitment',
  hardware: 'Other hardware',
};

export const STATES: Readonly<Record<RecommendationState, readonly [word: string, means: string]>> = {
  open: ['open', 'No decision yet.'],
  approved: ['manual step due', 'Approved; this server cannot apply it.'],
  applied: ['done', 'Its saving is measured.'],
  dismissed: ['dismissed', 'Dismissed by a person.'],
  superseded: ['superseded', 'Replaced by a newer recommendation.'],
  lapsed: ['lapsed', 'No longer applicable.'],
  undone: ['reverted', 'Applied, then reverted.'],
};

export const STEPS: Readonly<Record<TimelineEntry['step'], string>> = {
  found: 'Found',
  restated: 'Restated',
  noticed: 'Noticed',
  kept: 'Kept',
  withdrawn: 'Notice withdrawn',
  approved: 'Approved',
  applied: 'Done',
  realised: 'Measured',
  dismissed: 'Dismissed',
  reopened: 'Reopened',
  undone: 'Reverted',
  superseded: 'Superseded',
  lapsed: 'Lapsed',
  dry_run: 'Dry run',
  tried: 'Tried under a guardrail',
};

/** `$365.00 a month (286.79 to 365.00)`. */
export function savingText({ monthly, lower, upper, reason }: Saving): string {
  if (monthly === null) return `not known: ${reason}`;
  return `${formatMoney(monthly)} a month${intervalText({ lower, upper })}`;
}

/** ` ($286.79 to $365.00)`; nothing where the ends are not known. */
export function intervalText({ lower, upper }: Pick<Saving, 'lower' | 'upper'>): string {
  return lower === null || upper === null ? '' : ` (${formatMoney(lower)} to ${formatMoney(upper)})`;
}

/** `Together $547.50 a month ($300.00 to $600.00) could be saved of $730.00, by 2 recommendations.` */
export function listAnswer({ totals, unknownSavings, lookedAt }: RecommendationList): string {
  const open = totals.reduce((sum, { recommendations }) => sum + recommendations, unknownSavings);
  if (open === 0) {
    return lookedAt === null
      ? 'No savings scan yet. Run one now (about 10 s).'
      : `The last savings scan, ${formatInstant(lookedAt)}, found nothing.`;
  }
  const unknown = unknownSavings === 0 ? '' : `; ${counted(unknownSavings, 'more', 'more')} with an unknown saving`;
  const money = totals.map(
    ({ saving, recommendations, leftOut }) =>
      `${savingText(saving)} could be saved of ${formatMoney(saving.cost ?? { amount: '0', currency: 'USD' })} by ${leftOut.length === 0 ? '' : `${recommendations - leftOut.length} of `}${counted(recommendations, 'recommendation')}`,
  );
  if (money.length === 0) return `${counted(open, 'recommendation')} with an unknown saving.`;
  return `${money.join(', and ')}${unknown}.`;
}

/** Reason why no recommendation is open: before the first scan there can be none. */
export function nothingOpenText(lookedAt: string | null): string {
  return lookedAt === null
    ? 'This server scans every hour; the first scan has not run yet. "Scan now" runs one.'
    : 'The last scan found nothing in 14 days of metrics. An endpoint needs 24 measured hours.';
}

export function pageAnswer(one: Recommendation): string {
  const { state, saving, realised } = one;
  if (state === 'applied') {
    if (realised?.monthly == null) {
      return `${one.title}: done. Estimated saving: ${savingText(saving)}; the realized saving is not measured yet.`;
    }
    const text = realised.isWithin === null ? '' : realised.isWithin ? ', as estimated' : ', outside the estimate';
    return `${one.title}: done. It has saved ${formatMoney(realised.monthly)} a month${intervalText(realised)}${text}.`;
  }
  const would = state === 'open' || state === 'approved' ? 'saves' : 'would have saved';
  return `${one.title}: ${would} ${savingText(saving)}${state === 'open' ? '' : `; ${STATES[state][0]}`}.`;
}

/** Remaining cost: the current cost minus the saving. */
export function subtractSaving(cost: Money, saved: Money): Money {
  return { amount: decimalString(decimal(cost.amount).minus(saved.amount)), currency: cost.currency };
}

/** The next action of an idle policy as text; null where there is none. */
export function noticeText({ notice, title }: RecommendationSummary): string | null {
  if (notice === null) return null;
  const { policy, actsAt, keptUntil, keptBy, isDryRun } = notice;
  if (keptUntil !== null)
    return `${keptBy} keeps it until ${formatInstant(keptUntil)}. Then the idle policy ${policy} evaluates it again.`;
  if (isDryRun)
    return `The idle policy ${policy} would do this at ${formatInstant(actsAt)}: ${title}. It is a dry run.`;
  return `The idle policy ${policy} does this at ${formatInstant(actsAt)} unless somebody keeps it: ${title}.`;
}
