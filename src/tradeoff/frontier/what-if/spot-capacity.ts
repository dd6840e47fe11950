import { decimal, decimalString, type Money } from '../../../platform/units/index.ts';
import type { StoredTerms } from '../../recommendations/index.ts';
import type { Configuration } from '../figures/schema.ts';

type SpotOffer = StoredTerms['spec']['spot'][number];

/** Stated spot capacity of the hardware of a replica. */
export interface SpotOfferOfReplica {
  readonly offer: SpotOffer;
  readonly terms: string;
  readonly pricePerHour: Money;
}

/** Spot capacity with its interruptions. */
export interface SpotCapacity extends SpotOfferOfReplica {
  /** Share of the time in which a replica serves, 0 to 1. */
  readonly availability: number;
  readonly meanHours: number;
}

const PART = /^(\d+(?:\.\d+)?) x (\S+)$/;

/** The spot offer for the hardware of a replica, in the currency; a reason in words without one. */
export function findSpotOffer(
  terms: readonly StoredTerms[],
  { hardware: { name } }: Configuration,
  currency: string,
): SpotOfferOfReplica | string {
  const [, quantity, resource] = PART.exec(name) ?? [];
  if (quantity === undefined || resource === undefined) return `a replica of ${name} has several resources`;
  const offers = terms.flatMap((one) => one.spec.spot.map((offer) => ({ one, offer })));
  const own = offers.filter(({ offer }) => offer.resource === resource || offer.resource === resource.split('@')[0]);
  const [found] = own.filter(({ one }) => one.spec.currency === currency);
  if (found === undefined) {
    const other = own.length === 0 ? '' : ` in ${currency}`;
    return `no PurchaseTerms state spot capacity of ${resource}${other}: price, restart and interruptions`;
  }
  const amount = decimalString(decimal(found.offer.perHour).times(quantity));
  return { offer: found.offer, terms: found.one.name, pricePerHour: { amount, currency } };
}

/**
 * Share of the time in which a spot replica serves: available x M / (M + R), with the mean time between interruptions M and the restart R, both
 * in hours; `available` is the share of the history with capacity.
 *
 * @example computeAvailability({ meanHours: 9.9, restartHours: 0.1, available: 1 }) // 0.99
 */
export function computeAvailability({
  meanHours,
  restartHours,
  available,
}: {
  readonly meanHours: number;
  readonly restartHours: number;
  readonly available: number;
}): number {
  return (available * meanHours) / (meanHours + restartHours);
}

const MOST_SPARES = 1000;

/**
 * Fewest spot replicas of which at least `needed` serve, except for at most `missRatio` of the time: P(Binomial(N, availability) < needed)
 * <= missRatio, for independent interruptions. null where 1,000 spares are not enough.
 *
 * @example planSpotReplicas(1, { availability: 0.9, missRatio: 0.05 }) // 2: both are missing 1 % of the time
 */
export function planSpotReplicas(
  needed: number,
  { availability, missRatio }: { readonly availability: number; readonly missRatio: number },
): number | null {
  for (let replicas = needed; replicas <= needed + MOST_SPARES; replicas += 1) {
    if (computeShortfall(replicas, needed, availability) <= missRatio) return replicas;
  }
  return null;
}

/** P(Binomial(replicas, availability) < needed): share of the time with fewer replicas than needed. */
export function computeShortfall(replicas: number, needed: number, availability: number): number {
  if (availability >= 1) return replicas < needed ? 1 : 0;
  const logOdds = Math.log(availability) - Math.log1p(-availability);
  let logChance = replicas * Math.log1p(-availability);
  let total = 0;
  for (let up = 0; up < needed && up <= replicas; up += 1) {
    total += Math.exp(logChance);
    logChance += Math.log(replicas - up) - Math.log(up + 1) + logOdds;
  }
  return Math.min(1, total);
}
