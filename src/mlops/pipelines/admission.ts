import type { Subject } from '../../org/schema.ts';
import type { Money } from '../../platform/units/schema.ts';

/** What work is about to spend. */
export interface AdmissionRequest {
  /** Names it for ever; asking again answers the same. */
  readonly reservation: string;
  readonly subject: Subject;
  /** Key in the price book, such as `g5.xlarge`. */
  readonly resource: string;
  readonly quantity: string;
  /** Price of one unit for an hour, where the price book is not asked. */
  readonly price?: Money;
  /** What it may cost at most, besides every budget. */
  readonly limit?: Money;
  /** What all of its pipeline run may cost together. */
  readonly runLimit?: Money;
  readonly graceSeconds: number;
  /** Longest time that money is set aside for at once. */
  readonly leaseSeconds: number;
  readonly origin: string;
}

/** Until when it may run, and what it has cost. */
export interface Allowance {
  readonly state: 'open' | 'settled';
  /** UTC instant by which it must have ended. */
  readonly until: string;
  /** null: nobody knows a price. */
  readonly spent: Money | null;
  /** The budget that allows no more; null while there is plenty. */
  readonly limitedBy: string | null;
  /** Each price behind what it has cost, in words: where it is from, since when it holds and how old it is. */
  readonly prices: readonly string[];
}

/** What work turned out to hold. */
export interface Held {
  readonly resource: string;
  readonly quantity: string;
}

/**
 * May this start, and up to what cost? Who knows of money answers. Errors of `open`: `budget_exceeded`, `budget_approval_needed`,
 * `price_missing`, `currency_mismatch`.
 */
export interface Admission {
  open(request: AdmissionRequest): Promise<Allowance>;
  /**
   * `at`: until when it has run, Unix milliseconds. `holds`: from now on its price is that of this, where it has one.
   * Errors: `reservation_settled`.
   */
  meter(reservation: string, at: number, holds?: Held): Promise<Allowance>;
  settle(
    reservation: string,
    settling: { readonly end: string; readonly stopped: boolean; readonly checkpoint?: string },
  ): Promise<Allowance>;
}
