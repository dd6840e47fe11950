import type { z } from 'zod';
import type { Org } from '../../../org/index.ts';
import type { Subject } from '../../../org/schema.ts';
import { AppError } from '../../../platform/errors/index.ts';
import type { Events } from '../../../platform/events/index.ts';
import type { Sql, Store } from '../../../platform/store/index.ts';
import {
  type Clock,
  type Decimal,
  decimal,
  decimalString,
  findLargest,
  findSmallest,
  type Instant,
} from '../../../platform/units/index.ts';
import { computeAffordableUntil, computeMeteredCost, type Metering } from '../../metering/index.ts';
import { type BookedPrice, buildDeclaredPrice, type Prices, splitAtPrices } from '../../prices/index.ts';
import { recordRefusal } from '../refusals/record.ts';
import { computeGrant } from '../share.ts';
import type { Window } from '../window.ts';
import type { Limit } from './limits.ts';
import { buildIntervalUntil, computeSpentUntil, findPartStart, listAllPriceTexts, sumEarlierSpend } from './parts.ts';
import { computeRemainder } from './remainder.ts';
import { RUN_LIMIT, runLimits } from './run-limit.ts';
import type { NewReservation, Reservation, settleReservation } from './schema.ts';
import {
  findReservation,
  findReservations,
  openReservations,
  putReservation,
  type StoredReservation,
} from './store.ts';

/** Limits of the windows that the work spends from, read in the same transaction as the grant. */
export type LimitsNow = (sql: Sql, open: readonly StoredReservation[]) => Promise<readonly Limit[]>;

export interface ReservationDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Pick<Events, 'append'>;
  readonly prices: Pick<Prices, 'of'>;
  readonly metering: Pick<Metering, 'record' | 'total'>;
  readonly org: Pick<Org, 'withTeam'>;
  /** Reads the slow facts (bills) before the transaction, so that no other caller waits for them. */
  readonly limitsFor: (subject: Subject, within: Window) => Promise<LimitsNow>;
}

/** Name of the holder's own limit where a budget name is expected. */
const OWN_LIMIT = 'its own limit';
/** Name of the limit if work stops without any limit that restricted its grant. */
const OWN_RESERVATION = 'its reservation';
/** Minimum time, in addition to the grace period, for which work is admitted, in milliseconds. */
const SHORTEST_RUN_MS = 1_000;
/**
 * Minimum time, in addition to the grace period, for which a running reservation is renewed: its holder reports within it,
 * in milliseconds.
 */
const RENEWED_FOR_MS = 8_000;

/** Reserves money before it is spent. Errors: see `openReservation`. */
export async function open(deps: ReservationDeps, request: NewReservation): Promise<Reservation> {
  const now = deps.clock.now();
  const start = request.start === undefined ? now : Date.parse(request.start);
  const subject = await deps.org.withTeam(deps.store, request.subject);
  const asked = buildReservation({ ...request, subject }, start, now);
  const limitsNow = await deps.limitsFor(subject, { start, end: start + asked.leaseMs });
  return recordRefusal(deps, asked, () => grantOpening(deps, asked, limitsNow));
}

/** Grants a new reservation and stores it, or returns the stored one of the same id. */
function grantOpening(deps: ReservationDeps, asked: StoredReservation, limitsNow: LimitsNow): Promise<Reservation> {
  return deps.store.transaction(async (sql) => {
    const before = await findReservation(sql, asked.id);
    if (before !== null) return toReservation(before, await readReservationPrices(deps, sql, before));
    const running = await openReservations(sql);
    const limits = [...(await limitsNow(sql, running)), ...(await runLimits(deps, sql, asked, running))];
    const prices = await readReservationPrices(deps, sql, asked);
    const grant = decideGrant(asked, prices, limits, asked.start);
    refuseTooShort(asked, prices, grant, limits);
    const opened = { ...asked, ...grant };
    await putReservation(sql, opened);
    return toReservation(opened, prices);
  });
}

/** Meters the spend, and renews the grant if little of it remains. Errors: see `meterReservation`. */
export async function meter(deps: ReservationDeps, id: string, at: Instant): Promise<Reservation> {
  const found = await requireReservation(deps.store, id);
  // Limits are slow to read, and most reports need none.
  const needsMore = isShort({ ...found, metered: Math.max(at, found.metered) });
  const limitsNow = needsMore ? await deps.limitsFor(found.subject, { start: at, end: at + found.leaseMs }) : null;
  return deps.store.transaction(async (sql) => {
    const before = await requireReservation(sql, id);
    refuseSettled(before);
    const prices = await readReservationPrices(deps, sql, before);
    const after = await recordUntil(deps, sql, before, Math.max(at, before.metered), prices);
    // Stored first, so that the limits do not count the metered spend as reserved.
    await putReservation(sql, after);
    const isEnough = limitsNow === null || !isShort(after);
    return toReservation(
      isEnough ? after : await regrantReservation(deps, sql, { metered: after, prices, limitsNow }),
      prices,
    );
  });
}

/** Recomputes the grant of a reservation from its last metered instant on, and stores it. */
export async function regrantReservation(
  deps: ReservationDeps,
  sql: Sql,
  {
    metered,
    prices,
    limitsNow,
  }: { readonly metered: StoredReservation; readonly prices: readonly BookedPrice[]; readonly limitsNow: LimitsNow },
): Promise<StoredReservation> {
  const running = await openReservations(sql);
  const limits = [...(await limitsNow(sql, running)), ...(await runLimits(deps, sql, metered, running))];
  const after = { ...metered, ...decideGrant(metered, prices, limits, metered.metered) };
  await putReservation(sql, after);
  return after;
}

/** A report of running work: until when it has run. */
export interface Report {
  readonly reservation: string;
  readonly at: Instant;
}

/**
 * Meters many reservations in one transaction. The result leaves out reservations that need a larger grant (use {@link
 * meter}), and those that do not exist or are closed.
 */
export async function meterMany(deps: ReservationDeps, reports: readonly Report[]): Promise<Map<string, Reservation>> {
  return deps.store.transaction(async (sql) => {
    const until = new Map(reports.map(({ reservation, at }) => [reservation, at]));
    const found = await findReservations(sql, [...until.keys()]);
    const going = found.filter(({ settledAt }) => settledAt === null);
    const moved = going
      .map((one) => ({ ...one, metered: Math.max(until.get(one.id) ?? 0, one.metered) }))
      .filter((one) => !isShort(one));
    const intervals = moved.flatMap((one) => buildIntervalUntil(one, one.metered) ?? []);
    if (intervals.length > 0) await deps.metering.record(sql, intervals);
    const books = new Map<string, BookedPrice[]>();
    for (const { resource } of moved) {
      if (!books.has(resource)) books.set(resource, await deps.prices.of(sql, resource));
    }
    const metered = moved.map((one) => {
      const prices =
        one.price === null ? (books.get(one.resource) ?? []) : [buildDeclaredPrice(one.resource, one.price)];
      return { one: { ...one, ...computeSpentUntil(one, one.metered, prices) }, prices };
    });
    for (const { one } of metered) await putReservation(sql, one);
    return new Map(metered.map(({ one, prices }) => [one.id, toReservation(one, prices)]));
  });
}

export function refuseSettled({ id, settledAt }: StoredReservation): void {
  if (settledAt === null) return;
  throw new AppError('reservation_settled', `Reservation "${id}" has ended. Open another one.`, { reservation: id });
}

type Settling = z.input<typeof settleReservation.body>;

/** Closes a reservation. Spend beyond its ceiling counts too. Errors: see `settleReservation`. */
export async function settle(deps: ReservationDeps, id: string, settling: Settling): Promise<Reservation> {
  return deps.store.transaction(async (sql) => {
    const before = await requireReservation(sql, id);
    const end = Math.max(Date.parse(settling.end), findPartStart(before));
    const prices = await readReservationPrices(deps, sql, before);
    const metered = await recordUntil(deps, sql, before, end, prices);
    const after: StoredReservation = {
      ...metered,
      spent: metered.spent ?? findSpentOfNothing(metered),
      settledAt: before.settledAt ?? new Date(deps.clock.now()).toISOString(),
      stoppedBy: settling.stopped === true ? (before.limitedBy ?? OWN_RESERVATION) : before.stoppedBy,
      checkpoint: settling.checkpoint ?? before.checkpoint,
    };
    await putReservation(sql, after);
    if (after.stoppedBy !== null && before.stoppedBy === null) await appendStopped(deps, sql, after);
    return toReservation(after, prices);
  });
}

/** Spend of work that used nothing at a known price: zero. Null: the work used something, or no price is known. */
function findSpentOfNothing({ start, metered, currency, earlier }: StoredReservation): string | null {
  return currency !== null && metered === start && earlier.length === 0 ? '0' : null;
}

async function appendStopped({ events }: ReservationDeps, sql: Sql, stopped: StoredReservation): Promise<void> {
  const { id, subject, stoppedBy, spent, currency, checkpoint } = stopped;
  const payload = { reservation: id, subject, budget: stoppedBy, spent, currency, checkpoint };
  await events.append(sql, { type: 'budget.stopped_work', subject: `budget:${stoppedBy}`, payload });
}

function buildReservation(request: NewReservation, start: Instant, now: Instant): StoredReservation {
  return {
    id: request.reservation,
    subject: request.subject,
    resource: request.resource,
    quantity: request.quantity,
    price: request.price ?? null,
    limit: request.limit ?? null,
    runLimit: request.runLimit ?? null,
    leaseMs: request.leaseSeconds * 1000,
    graceMs: request.graceSeconds * 1000,
    start,
    metered: start,
    until: start,
    hourlyRate: null,
    ceiling: null,
    spent: null,
    currency: null,
    limitedBy: null,
    origin: request.origin,
    openedAt: new Date(now).toISOString(),
    settledAt: null,
    stoppedBy: null,
    checkpoint: null,
    earlier: [],
  };
}

export async function readReservationPrices(
  { prices }: ReservationDeps,
  sql: Sql,
  { resource, price }: StoredReservation,
): Promise<BookedPrice[]> {
  return price === null ? prices.of(sql, resource) : [buildDeclaredPrice(resource, price)];
}

/** Records the usage up to `end` as one interval, which grows with every call. */
export async function recordUntil(
  { metering }: ReservationDeps,
  sql: Sql,
  reservation: StoredReservation,
  end: Instant,
  prices: readonly BookedPrice[],
): Promise<StoredReservation> {
  const interval = buildIntervalUntil(reservation, end);
  if (interval === null) return { ...reservation, metered: end };
  await metering.record(sql, [interval]);
  return { ...reservation, ...computeSpentUntil(reservation, end, prices) };
}

/** Whether more has to be set aside: less than half a lease is left. */
function isShort({ metered, until, leaseMs }: Pick<StoredReservation, 'metered' | 'until' | 'leaseMs'>): boolean {
  return until - metered < leaseMs / 2;
}

type Grant = Pick<StoredReservation, 'until' | 'ceiling' | 'currency' | 'hourlyRate' | 'limitedBy'>;

/** The grant from `at` on: the smallest amount that any limit grants, and never less than the present grant. */
function decideGrant(
  reservation: StoredReservation,
  prices: readonly BookedPrice[],
  limits: readonly Limit[],
  at: Instant,
): Grant {
  const { resource, quantity, leaseMs, graceMs, limit, spent } = reservation;
  const costUntil = (end: Instant) => computeMeteredCost({ resource, quantity, start: at, end }, prices).cost;
  const lease = costUntil(at + leaseMs);
  if (lease === null) return grantUnpriced(reservation, prices, limits, at);
  refuseOtherCurrency(lease.currency, limits, limit?.currency ?? null);
  const own = computeRemainder(reservation);
  const rate = computeHourlyRate(prices, quantity, at);
  const isNew = reservation.hourlyRate === null;
  const leastMs = graceMs + (isNew && spent === null ? SHORTEST_RUN_MS : RENEWED_FOR_MS);
  const least = decimal(costUntil(at + leastMs)?.amount ?? '0');
  const claim = { own, rate, lease: decimal(lease.amount), least };
  const offers = limits.map((one) => {
    // Once it is stored, the limit counts it with the rest.
    const rates = isNew ? one.rates.plus(rate) : one.rates;
    const room = one.left.isNegative() ? decimal(0) : one.left;
    return { by: one.budget, room, more: computeGrant({ ...claim, room, held: one.held, rates }) };
  });
  if (limit !== null) {
    const room = decimal(limit.amount)
      .minus(spent ?? '0')
      .minus(own);
    const more = clamp(claim.lease.minus(own), room);
    offers.push({ by: OWN_LIMIT, room, more });
  }
  const scarcest = offers.toSorted((a, b) => a.more.comparedTo(b.more))[0];
  const more = scarcest?.more ?? clamp(claim.lease.minus(own), claim.lease);
  const ceiling = decimal(spent ?? '0')
    .plus(own)
    .plus(more);
  return {
    ceiling: decimalString(ceiling),
    currency: lease.currency,
    hourlyRate: decimalString(rate),
    until: computeAffordableUntil(
      prices,
      { quantity, start: findPartStart(reservation) },
      decimalString(ceiling.minus(sumEarlierSpend(reservation))),
      at + leaseMs,
    ),
    limitedBy: scarcest?.more.equals(scarcest.room) === true ? scarcest.by : null,
  };
}

/** Admits work without a price if no limit applies. Its cost is unknown and reported as null. */
function grantUnpriced(
  { resource, leaseMs, limit, graceMs }: StoredReservation,
  prices: readonly BookedPrice[],
  limits: readonly Limit[],
  at: Instant,
): Grant {
  const asking = limits[0]?.budget ?? (limit === null ? null : OWN_LIMIT);
  if (asking !== null) {
    const what = prices.length === 0 ? 'no price' : `no price for the next ${(leaseMs + graceMs) / 1000} s`;
    const detail = `There is ${what} of "${resource}", so ${limits.length > 0 ? `budget "${asking}"` : asking} could not hold. Add it to the price book, or give one with --price.`;
    throw new AppError('price_missing', detail, { resource, budget: asking });
  }
  return { until: at + leaseMs, ceiling: null, currency: null, hourlyRate: null, limitedBy: null };
}

function computeHourlyRate(prices: readonly BookedPrice[], quantity: string, at: Instant): Decimal {
  const [now] = splitAtPrices(prices, at, at + 1).stretches;
  return decimal(now?.price.price.amount ?? '0').times(quantity);
}

/** An amount between nothing and the most there is. */
function clamp(amount: Decimal, most: Decimal): Decimal {
  return findLargest(decimal(0), findSmallest(amount, most));
}

function refuseOtherCurrency(currency: string, limits: readonly Limit[], own: string | null): void {
  const others = limits.map((limit) => ({ by: `budget "${limit.budget}"`, currency: limit.currency }));
  if (own !== null) others.push({ by: OWN_LIMIT, currency: own });
  const other = others.find((one) => one.currency !== currency);
  if (other === undefined) return;
  const detail = `The price is in ${currency} and ${other.by} in ${other.currency}; a limit can only be held in the currency of the price.`;
  throw new AppError('currency_mismatch', detail, { price: currency, budget: other.currency });
}

/** Work that would have to stop before it began is not begun. */
function refuseTooShort(
  { start, graceMs, id, resource, quantity }: StoredReservation,
  prices: readonly BookedPrice[],
  { limitedBy: budget, until }: Grant,
  limits: readonly Limit[],
): void {
  const leastMs = graceMs + SHORTEST_RUN_MS;
  if (budget === null || until - start >= leastMs) return;
  const needed = computeMeteredCost({ resource, quantity, start, end: start + leastMs }, prices).cost;
  const [scarcest] = limits.filter((limit) => limit.budget === budget).toSorted((a, b) => a.left.comparedTo(b.left));
  const left = scarcest === undefined ? null : { amount: decimalString(scarcest.left), currency: scarcest.currency };
  const context = { reservation: id, budget, needed, left };
  const short = `has too little left to begin this and stop it in time (${leastMs / 1000} s)`;
  if (limits.some((limit) => limit.budget === budget && limit.enforcement === 'approval')) {
    const detail = `Budget "${budget}" ${short}. Approve more: steelyard budget approve ${budget} --amount AMOUNT --note WHY`;
    throw new AppError('budget_approval_needed', detail, context);
  }
  const name = { [OWN_LIMIT]: 'Its own limit', [RUN_LIMIT]: 'The limit of its run' }[budget] ?? `Budget "${budget}"`;
  throw new AppError('budget_exceeded', `${name} ${short}. Raise it, or wait for its next window.`, context);
}

export async function requireReservation(sql: Sql, id: string): Promise<StoredReservation> {
  const found = await findReservation(sql, id);
  if (found !== null) return found;
  throw new AppError('reservation_not_found', `There is no reservation "${id}".`, { reservation: id });
}

export function toReservation(reservation: StoredReservation, prices: readonly BookedPrice[]): Reservation {
  const { id, subject, resource, quantity, start, until, ceiling, spent, currency, limitedBy, stoppedBy } = reservation;
  const money = (amount: string | null) => (amount === null || currency === null ? null : { amount, currency });
  return {
    reservation: id,
    subject,
    resource,
    quantity,
    state: reservation.settledAt === null ? 'open' : 'settled',
    start: new Date(start).toISOString(),
    until: new Date(until).toISOString(),
    ceiling: money(ceiling),
    spent: money(spent),
    limitedBy,
    stoppedBy,
    prices: listAllPriceTexts(reservation, prices),
  };
}
