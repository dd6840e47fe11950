import { z } from 'zod';
import { type SubjectColumns, toSubject, toSubjectColumns } from '../../../org/index.ts';
import type { Subject } from '../../../org/schema.ts';
import type { Sql } from '../../../platform/store/index.ts';
import type { Instant, Money } from '../../../platform/units/index.ts';
import { DecimalString } from '../../../platform/units/schema.ts';

interface ReservationTables {
  budget_reservation: SubjectColumns & {
    id: string;
    resource: string;
    quantity: string;
    price_amount: string | null;
    price_currency: string | null;
    limit_amount: string | null;
    limit_currency: string | null;
    run_limit_amount: string | null;
    run_limit_currency: string | null;
    lease_ms: number;
    grace_ms: number;
    start_ms: number;
    metered_ms: number;
    until_ms: number;
    hourly_rate: string | null;
    ceiling: string | null;
    spent: string | null;
    currency: string | null;
    limited_by: string | null;
    origin: string;
    opened_at: string;
    settled_at: string | null;
    stopped_by: string | null;
    checkpoint: string | null;
    earlier: string | null;
  };
}

/** A part of a reservation before a change of resource. It is metered as a separate interval. */
export const EarlierPart = z.strictObject({
  resource: z.string(),
  quantity: DecimalString,
  /** End of the part, Unix milliseconds; it begins where the previous part ends. */
  end: z.number(),
  spent: DecimalString,
  /** Prices of the part, as sentences. */
  prices: z.array(z.string()),
});
export type EarlierPart = z.infer<typeof EarlierPart>;

export interface StoredReservation {
  readonly id: string;
  readonly subject: Subject;
  readonly resource: string;
  readonly quantity: string;
  /** As its holder declared it; null: the price book's. */
  readonly price: Money | null;
  /** Maximum total spend of the reservation, regardless of its budgets. */
  readonly limit: Money | null;
  /** Maximum total spend of the pipeline run that it belongs to. */
  readonly runLimit: Money | null;
  readonly leaseMs: number;
  readonly graceMs: number;
  readonly start: Instant;
  /** End of the metered time. */
  readonly metered: Instant;
  /** Instant at which the grant is used up. */
  readonly until: Instant;
  /** Total price per hour at the last grant; null if no price is known. */
  readonly hourlyRate: string | null;
  /** Maximum total spend by the present grant; null if no price is known. */
  readonly ceiling: string | null;
  readonly spent: string | null;
  /** Currency of `ceiling` and `spent`. */
  readonly currency: string | null;
  readonly limitedBy: string | null;
  readonly origin: string;
  readonly openedAt: string;
  readonly settledAt: string | null;
  readonly stoppedBy: string | null;
  readonly checkpoint: string | null;
  /** Earlier parts, oldest first; `spent` includes them. */
  readonly earlier: readonly EarlierPart[];
}

export async function putReservation(sql: Sql, reservation: StoredReservation): Promise<void> {
  const row: ReservationTables['budget_reservation'] = {
    ...toSubjectColumns(reservation.subject),
    id: reservation.id,
    resource: reservation.resource,
    quantity: reservation.quantity,
    price_amount: reservation.price?.amount ?? null,
    price_currency: reservation.price?.currency ?? null,
    limit_amount: reservation.limit?.amount ?? null,
    limit_currency: reservation.limit?.currency ?? null,
    run_limit_amount: reservation.runLimit?.amount ?? null,
    run_limit_currency: reservation.runLimit?.currency ?? null,
    lease_ms: reservation.leaseMs,
    grace_ms: reservation.graceMs,
    start_ms: reservation.start,
    metered_ms: reservation.metered,
    until_ms: reservation.until,
    hourly_rate: reservation.hourlyRate,
    ceiling: reservation.ceiling,
    spent: reservation.spent,
    currency: reservation.currency,
    limited_by: reservation.limitedBy,
    origin: reservation.origin,
    opened_at: reservation.openedAt,
    settled_at: reservation.settledAt,
    stopped_by: reservation.stoppedBy,
    checkpoint: reservation.checkpoint,
    earlier: reservation.earlier.length === 0 ? null : JSON.stringify(reservation.earlier),
  };
  await sql
    .tables<ReservationTables>()
    .insertInto('budget_reservation')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

export async function findReservation(sql: Sql, id: string): Promise<StoredReservation | null> {
  const row = await selectReservations(sql).where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : rowToReservation(row);
}

/** Subject of a reservation; null if the reservation does not exist. */
export async function findReservationSubject(sql: Sql, id: string): Promise<Subject | null> {
  return (await findReservation(sql, id))?.subject ?? null;
}

/** The existing reservations among these ids; at most a few hundred ids per call. */
export async function findReservations(sql: Sql, ids: readonly string[]): Promise<StoredReservation[]> {
  if (ids.length === 0) return [];
  return (
    await selectReservations(sql)
      .where('id', 'in', [...ids])
      .execute()
  ).map(rowToReservation);
}

/** Open reservations, by id. */
export async function openReservations(sql: Sql): Promise<StoredReservation[]> {
  const rows = await selectReservations(sql).where('settled_at', 'is', null).orderBy('id').execute();
  return rows.map(rowToReservation);
}

/** Reservations that a budget stopped, latest first. */
export async function findStops(sql: Sql, budget: string, limit: number): Promise<StoredReservation[]> {
  const rows = await selectReservations(sql)
    .where('stopped_by', '=', budget)
    .orderBy('settled_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(rowToReservation);
}

function selectReservations(sql: Sql) {
  return sql.tables<ReservationTables>().selectFrom('budget_reservation').selectAll();
}

function rowToReservation(row: ReservationTables['budget_reservation']): StoredReservation {
  return {
    id: row.id,
    subject: toSubject(row),
    resource: row.resource,
    quantity: row.quantity,
    price: toMoney(row.price_amount, row.price_currency),
    limit: toMoney(row.limit_amount, row.limit_currency),
    runLimit: toMoney(row.run_limit_amount, row.run_limit_currency),
    leaseMs: row.lease_ms,
    graceMs: row.grace_ms,
    start: row.start_ms,
    metered: row.metered_ms,
    until: row.until_ms,
    hourlyRate: row.hourly_rate,
    ceiling: row.ceiling,
    spent: row.spent,
    currency: row.currency,
    limitedBy: row.limited_by,
    origin: row.origin,
    openedAt: row.opened_at,
    settledAt: row.settled_at,
    stoppedBy: row.stopped_by,
    checkpoint: row.checkpoint,
    earlier: row.earlier === null ? [] : z.array(EarlierPart).parse(JSON.parse(row.earlier)),
  };
}

function toMoney(amount: string | null, currency: string | null): Money | null {
  return amount === null || currency === null ? null : { amount, currency };
}
