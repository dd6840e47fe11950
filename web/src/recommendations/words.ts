import { decimal, decimalString, type Money } from '../../../src/platform/units/schema.ts';
import type {
  ListedRecommendation,
  Recommendation,
  RecommendationKind,
  RecommendationList,
  RecommendationState,
  RecommendationSummary,
  RecommendedAction,
  Saving,
  TimelineEntry,
} from '../../../src/tradeoff/recommendations/schema.ts';
import { formatAbout, formatMoney } from '../format/money.ts';
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
  open: ['Open', 'No decision yet.'],
  approved: ['Accepted', 'Accepted; a person has to carry it out.'],
  applied: ['Done', 'Its saving is measured where it can be.'],
  dismissed: ['Dismissed', 'Dismissed by a person.'],
  superseded: ['Replaced', 'Replaced by a newer saving.'],
  lapsed: ['No longer found', 'Its resource changed or ended.'],
  undone: ['Reverted', 'Applied, then reverted.'],
};

/** State of a saving, and of the work on it while it is open. */
export function stateWord({ state, work }: Pick<ListedRecommendation, 'state' | 'work'>): string {
  if (state === 'open' || state === 'approved') {
    if (work?.state === 'in_progress') return 'In progress';
    if (work?.state === 'accepted') return STATES.approved[0];
  }
  return STATES[state][0];
}

/** Effort of an action: this server carries it out, or a person. */
export function effortText({ type }: RecommendedAction): string {
  return type === 'by_hand' ? 'By hand' : 'One click';
}

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

/** `Savings available: $5,256.00 a month in 2 actions; the largest: Return GPU-27: idle 14 days, $1,752.00.` */
export function listAnswer({ totals, unknownSavings, lookedAt, recommendations }: RecommendationList): string {
  const known = totals.reduce((sum, { recommendations: count, leftOut }) => sum + count - leftOut.length, 0);
  if (known + unknownSavings === 0) {
    return lookedAt === null
      ? 'No savings scan yet. Run one now (about 10 s).'
      : `The last savings scan, ${formatInstant(lookedAt)}, found nothing.`;
  }
  if (totals.length === 0) return `${counted(unknownSavings, 'action')} with an unknown saving.`;
  const money = totals.flatMap(({ saving: { monthly } }) =>
    monthly === null ? [] : [`${formatAbout(monthly)} a month`],
  );
  const unknown = unknownSavings === 0 ? '' : `; ${counted(unknownSavings, 'more', 'more')} with an unknown saving`;
  const [largest] = recommendations.filter(({ state, counted: part }) => part !== null && isOpenState(state));
  const top =
    largest?.saving.monthly == null ? '' : `; the largest: ${largest.title}, ${formatAbout(largest.saving.monthly)}`;
  return `Savings available: ${money.join(' and ')} in ${counted(known, 'action')}${known > 1 ? top : `: ${largest?.title ?? ''}`}${unknown}.`;
}

/** Whether a decision or the work on it is still due. */
export function isOpenState(state: RecommendationState): boolean {
  return state === 'open' || state === 'approved';
}

/** Reason why no recommendation is open: before the first scan there can be none. */
export function nothingOpenText(lookedAt: string | null): string {
  return lookedAt === null
    ? 'This server scans every hour and after new bills or GPU readings; the first scan has not run yet. "Scan now" runs one.'
    : 'The last scan found nothing in 14 days of metrics. An endpoint needs 24 measured hours.';
}

export function pageAnswer(one: Recommendation): string {
  const { state, saving, realised, risk } = one;
  if (state === 'applied') {
    if (realised?.monthly == null) {
      return `Done. Estimated saving: ${savingText(saving)}; the realized saving is not measured yet.`;
    }
    const text = realised.isWithin === null ? '' : realised.isWithin ? ', as estimated' : ', outside the estimate';
    return `Done. It has saved ${formatMoney(realised.monthly)} a month${intervalText(realised)}${text}.`;
  }
  if (isOpenState(state)) {
    const known = saving.monthly === null ? `Saving ${savingText(saving)}` : `Saves ${savingText(saving)}`;
    return `${known}; ${risk.level} risk.`;
  }
  return `${STATES[state][0]}. It would have saved ${savingText(saving)}.`;
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
