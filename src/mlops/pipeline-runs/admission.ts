import type { Subject } from '../../org/schema.ts';
import type { Money } from '../../platform/units/schema.ts';

/** Planned spend of a piece of work. */
export interface AdmissionRequest {
  /** Permanent id of the reservation. Idempotent: the same id answers the same allowance. */
  readonly reservation: string;
  readonly subject: Subject;
  /** Key in the price book, such as `g5.xlarge`. */
  readonly resource: string;
  readonly quantity: string;
  /** Price of one unit per hour, instead of the price book's. */
  readonly price?: Money;
  /** Cost limit of the work, in addition to every budget. */
  readonly limit?: Money;
  /** Cost limit of its whole pipeline run. */
  readonly runLimit?: Money;
  readonly graceSeconds: number;
  /** Longest time that one lease reserves money for. */
  readonly leaseSeconds: number;
  readonly origin: string;
}

/** Deadline of the work, and its cost so far. */
export interface Allowance {
  readonly state: 'open' | 'settled';
  /** UTC instant of the deadline. */
  readonly until: string;
  /** null: no price is known. */
  readonly spent: Money | null;
  /** The budget that allows no more; null while there is plenty. */
  readonly limitedBy: string | null;
  /** Each price in its cost, as text: source, start of validity and age. */
  readonly prices: readonly string[];
}

/** Resource that the work actually holds. */
export interface HeldResource {
  readonly resource: string;
  readonly quantity: string;
}

/**
 * Decides whether work may start, and up to which cost. FinOps implements it. Errors of `open`: `budget_exceeded`,
 * `budget_approval_needed`, `price_missing`, `currency_mismatch`.
 */
export interface Admission {
  open(request: AdmissionRequest): Promise<Allowance>;
  /**
   * `at`: until when it has run, Unix milliseconds. `holds`: from now on its price is that of this, where it has one.
   * Errors: `reservation_settled`.
   */
  meter(reservation: string, at: number, holds?: HeldResource): Promise<Allowance>;
  /**
   * The work holds no machine before `start`, Unix milliseconds: its spending begins then, and its grant is computed from there. Without
   * effect once spending was metered. Errors: `reservation_settled`.
   */
  postpone(reservation: string, start: number): Promise<Allowance>;
  settle(
    reservation: string,
    settling: { readonly end: string; readonly stopped: boolean; readonly checkpoint?: string },
  ): Promise<Allowance>;
}
