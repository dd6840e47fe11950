import { adviseCommitment, type CommitmentAdvice } from '../../../finops/purchasing/schema.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { DAY_MS, HOUR_MS } from '../../../platform/units/durations.ts';
import {
  decimal,
  decimalString,
  formatDayText,
  formatMoneyText,
  formatPriceText,
} from '../../../platform/units/index.ts';
import type { Finder, Finding, Window } from '../finder.ts';
import { buildResourceItemId } from '../savings/resource-item.ts';
import type { PurchaseFinderDeps } from './deps.ts';
import type { CommitmentOffer } from './schema.ts';
import { findTerms, type StoredTerms } from './terms.ts';

/** A commitment runs for a long term, so its finder reads more history than the others. */
const HISTORY_MS = 90 * DAY_MS;
const YEAR_HOURS = 8760;
const PLACES = 12;
const PERCENT = 100;
export const NO_TERMS = 'purchase terms: apply a document of kind PurchaseTerms';

/** Commitments that would have paid on the demand that the bill has. */
export function createCommitmentFinder(deps: PurchaseFinderDeps): Finder {
  return {
    kind: 'commitment',
    async find(window) {
      const terms = await findTerms(deps.store);
      const offers = terms.flatMap((one) => one.spec.commitments.map((offer) => ({ terms: one, offer })));
      const lacks: string[] = offers.length === 0 ? [`${NO_TERMS} with "commitments"`] : [];
      const found: Finding[] = [];
      for (const { terms: of, offer } of offers) {
        const one = await findCommitment(deps, of, offer, window);
        if (typeof one === 'string') lacks.push(`${of.name}/${offer.name}: ${one}`);
        else found.push(one);
      }
      return { found, lacks: lacks.join('; ') || null };
    },
  };
}

async function findCommitment(
  { purchasing }: PurchaseFinderDeps,
  terms: StoredTerms,
  offer: CommitmentOffer,
  window: Window,
): Promise<Finding | string> {
  const { currency } = terms.spec;
  const { filter, committedPerHour, onDemandPerHour, unit, termHours } = offer;
  const money = (amount: string) => ({ amount, currency });
  const question = adviseCommitment.body.parse({
    ...{ filter, termHours, unitQuantity: unit, committedPrice: money(committedPerHour) },
    ...(onDemandPerHour === undefined ? {} : { onDemandPrice: money(onDemandPerHour) }),
    from: formatDay(window.end - HISTORY_MS),
    to: formatDay(window.end),
  });
  try {
    const { advice, hours, deliveries } = await purchasing.commitmentCase(question);
    if (decimal(advice.advisedQuantity).isZero()) {
      return `no quantity saves money: break-even needs usage in ${formatPercent(advice.breakEvenRatio)} of the hours`;
    }
    return buildCommitmentFinding(terms, offer, { advice, hours, deliveries });
  } catch (error) {
    // The error concerns this offer only; the others are still evaluated.
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

type Case = Awaited<ReturnType<PurchaseFinderDeps['purchasing']['commitmentCase']>>;

function buildCommitmentFinding(
  terms: StoredTerms,
  offer: CommitmentOffer,
  { advice, hours, deliveries }: Case,
): Finding {
  const { advisedQuantity: quantity, onDemandPrice, committedPrice, termHours, termCost, holdOut } = advice;
  const item = buildResourceItemId(offer.resource);
  const first = hours[0]?.hour ?? 0;
  const known = new Map(hours.map(({ hour, demand }) => [hour, demand]));
  const length = (hours.at(-1)?.hour ?? first) - first + 1;
  const cost = (demand: string) => decimal(demand).times(onDemandPrice.amount).toDecimalPlaces(PLACES);
  const term = termHours % YEAR_HOURS === 0 ? formatCount(termHours / YEAR_HOURS, 'year') : `${termHours} h`;
  const bought = `${quantity} x ${offer.resource} for ${term}`;
  const used = advice.utilizationRatio ?? 0;
  return {
    about: `${terms.name}/${offer.name}`,
    title: `Commit to ${bought} (${offer.name})`,
    what: `usage of ${offer.filter.join(', ')} in the bill`,
    subject: {},
    before: `all usage on demand at ${formatMoneyText(onDemandPrice)} an hour${advice.existing === null ? '' : ', above the existing commitment'}`,
    after: `${quantity} at ${formatMoneyText(committedPrice)} in every hour, used or not; the rest on demand`,
    confidence: {
      level: advice.confidence,
      coverageRatio: advice.hours / (advice.hours + advice.missingHours),
      days: length / 24,
    },
    risk: assessCommitmentRisk(advice, term),
    guard:
      'Workloads do not change. Check the utilization of the commitment in the bill each month: below the break-even it loses money.',
    action: {
      type: 'by_hand',
      commands: [
        `buy ${bought} from your cloud: ${offer.name}, at ${formatMoneyText(committedPrice)} an hour each, ${formatMoneyText(termCost)} over the term`,
        `then apply the recommendation again to mark it as done; its saving is read from the bill (${offer.filter.join(', ')})`,
      ],
    },
    evidence: {
      window: { start: advice.firstHour, end: new Date(Date.parse(advice.lastHour) + HOUR_MS).toISOString() },
      figures: listCommitmentFigures(advice, used, holdOut),
      prices: [
        `${offer.resource} at ${formatPriceText(onDemandPrice)} an hour on demand: ${offer.onDemandPerHour === undefined ? 'the bill' : `terms ${terms.name}`}`,
        `${offer.name} at ${formatPriceText(committedPrice)} an hour: terms ${terms.name}, applied ${formatDayText(terms.appliedAt.slice(0, 10))}`,
      ],
      items: [
        {
          ...{ item, what: `hours of ${offer.resource} on demand`, currency: onDemandPrice.currency },
          start: advice.firstHour,
          costs: Array.from({ length }, (_, index) => {
            const demand = known.get(first + index);
            return demand === undefined ? null : decimalString(cost(demand));
          }),
        },
      ],
      effects: [],
      commitments: [{ item, quantity, onDemandPerHour: onDemandPrice.amount, committedPerHour: committedPrice.amount }],
      pins: [],
      missing: [
        `demand after the history: the term is longer than the history`,
        `proof that the metered usage of ${offer.resource} is part of these bill rows; it is assumed`,
        ...advice.needs,
        ...advice.leftOut.map((what) => `left out: ${what}`),
      ],
      deliveries: [...deliveries],
      measuredBy: {
        type: 'commitment',
        filter: offer.filter,
        committedBefore: advice.existing?.meanQuantity ?? '0',
        onDemandPerHour: onDemandPrice.amount,
        committedPerHour: committedPrice.amount,
        currency: onDemandPrice.currency,
      },
    },
  };
}

function assessCommitmentRisk(
  { breakEvenRatio, breakEvenDemandRatio, scenarios, termCost }: CommitmentAdvice,
  term: string,
): Finding['risk'] {
  const fallen = scenarios.find(({ demandRatio }) => demandRatio < 1);
  const loses = fallen !== undefined && decimal(fallen.monthlySaving.amount).lessThan(0);
  const least =
    breakEvenDemandRatio === null
      ? ''
      : ` It saves while demand is above ${formatPercent(breakEvenDemandRatio)} of the present demand.`;
  const then =
    fallen === undefined
      ? ''
      : ` At ${formatPercent(fallen.demandRatio)} of the present demand it ${loses ? 'loses' : 'saves'} ${formatMoneyText({ ...fallen.monthlySaving, amount: decimal(fallen.monthlySaving.amount).abs().toFixed() })} a month.`;
  return {
    level: loses ? 'high' : 'medium',
    text: `${formatMoneyText(termCost)} are due over ${term}, used or not; below ${formatPercent(breakEvenRatio)} utilization it loses money.${least}${then}`,
  };
}

function listCommitmentFigures(advice: CommitmentAdvice, used: number, holdOut: CommitmentAdvice['holdOut']) {
  const { lowMonthlySaving: low, highMonthlySaving: high, existing } = advice;
  return [
    { name: 'break-even utilization', value: formatPercent(advice.breakEvenRatio) },
    { name: 'expected utilization', value: formatPercent(used) },
    { name: 'covered demand', value: advice.coverageRatio === null ? null : formatPercent(advice.coverageRatio) },
    {
      name: `saving a month, 95 % interval by bootstrap over ${advice.intervalBlocks ?? 'weeks'}`,
      value: low === null || high === null ? null : `${formatMoneyText(low)} to ${formatMoneyText(high)}`,
    },
    ...advice.scenarios.map(({ demandRatio, monthlySaving }) => ({
      name: `saving a month at ${formatPercent(demandRatio)} of the demand`,
      value: formatMoneyText(monthlySaving),
    })),
    {
      name: 'saving in the second half, quantity chosen on the first half',
      value:
        holdOut === null
          ? null
          : `${holdOut.quantity}: ${formatMoneyText(holdOut.monthlySaving)} of ${formatMoneyText(holdOut.bestMonthlySaving)} a month`,
    },
    ...(existing === null ? [] : [{ name: 'existing commitment, mean quantity', value: existing.meanQuantity }]),
  ];
}

function formatPercent(ratio: number): string {
  return `${Number((ratio * PERCENT).toFixed(1))} %`;
}

function formatCount(count: number, what: string): string {
  return count === 1 ? `a ${what}` : `${count} ${what}s`;
}

function formatDay(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}
