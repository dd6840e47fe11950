import { DAY_MS } from '../../../src/platform/units/durations.ts';
import { recordUnits } from '../../../src/tradeoff/returns/schema.ts';
import { recordOutcomeEvents } from '../../../src/tradeoff/value/schema.ts';
import { billingMonths } from '../bill/calendar.ts';
import type { DemoClient } from '../demo/client.ts';
import { createRandom, type Random, seedFor } from '../random/xoshiro.ts';

/** Dataset of `config/unit-datasets.yaml`. */
const ORDERS = 'orders';
const ENDPOINT = 'home-feed';
export const CURRENCY = 'USD';
/** Margin of the orders that the home feed led to on a mean day of each of the three billing months, in dollars. */
const MARGIN_PER_DAY = [420, 1250, 2400] as const;
/** Orders of the shop on a mean day. */
const ORDERS_PER_DAY = 2_400;
const SEGMENTS = [
  ['members', 0.55],
  ['guests', 0.3],
  ['partners', 0.15],
] as const;
const FEATURES = [
  ['list', 0.8],
  ['banner', 0.2],
] as const;

/** An outcome event as JSON. */
export type Sale = Readonly<Record<string, string>>;

export interface ReturnOptions {
  readonly seed: number;
  readonly asOf: Date;
  readonly model: string;
  /** First instant with an outcome for each prediction, Unix milliseconds: the days before are recorded as sums of a day. */
  readonly until: number;
}

/** Records the margin of earlier orders by day, and the orders of the shop as business units; returns the number of days. */
export async function recordReturns(client: DemoClient, { seed, asOf, model, until }: ReturnOptions): Promise<number> {
  const random = createRandom(seedFor(seed, 'returns'));
  const events: Sale[] = [];
  const rows: { date: string; quantity: string }[] = [];
  const today = Math.floor(asOf.getTime() / DAY_MS) * DAY_MS;
  for (const { index, start, end } of billingMonths(asOf)) {
    for (let at = start; at < Math.min(end, today); at += DAY_MS) {
      const date = new Date(at).toISOString().slice(0, 10);
      const busy = dayFactor(at, random);
      rows.push({ date, quantity: String(Math.round(ORDERS_PER_DAY * busy)) });
      if (at + DAY_MS <= until)
        events.push(...eventsOfDay({ model, date, margin: (MARGIN_PER_DAY[index] ?? 0) * busy }));
    }
  }
  await client.call(recordOutcomeEvents, { body: { events } });
  await client.call(recordUnits, { params: { dataset: ORDERS }, body: { rows } });
  return rows.length;
}

/** Saturdays and Sundays sell more. */
function dayFactor(at: number, random: Random): number {
  const weekday = new Date(at).getUTCDay();
  return (weekday === 0 || weekday === 6 ? 1.3 : 0.88) * (0.92 + 0.16 * random.next());
}

function eventsOfDay({ model, date, margin }: { model: string; date: string; margin: number }): Sale[] {
  return SEGMENTS.flatMap(([customer, share]) =>
    FEATURES.map(([feature, part]) => ({
      ...{ id: `orders-${date}-${customer}-${feature}`, model, endpoint: ENDPOINT, customer, feature },
      ...{ at: `${date}T12:00:00.000Z`, amount: (margin * share * part).toFixed(2), currency: CURRENCY },
    })),
  );
}

/** Share of the visits with an order. */
const ORDER_RATE = 0.06;

/** The order that a visit led to; null without one. */
export function drawOrder(
  random: Random,
  { prediction, model, at, user }: { prediction: string; model: string; at: string; user: number },
): Sale | null {
  if (random.next() >= ORDER_RATE) return null;
  const [customer] = SEGMENTS[user % SEGMENTS.length] ?? SEGMENTS[0];
  const [feature] = FEATURES[random.next() < 0.8 ? 0 : 1] ?? FEATURES[0];
  const amount = (12 + 40 * random.next()).toFixed(2);
  return {
    id: `order-${prediction}`,
    model,
    endpoint: ENDPOINT,
    prediction,
    customer,
    feature,
    at,
    amount,
    currency: CURRENCY,
  };
}
