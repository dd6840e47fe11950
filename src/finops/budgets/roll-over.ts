import { type Decimal, decimal, findLargest, findSmallest } from '../../platform/units/index.ts';

/** A closed window, as an input of the rollover into the next one. Amounts are in the currency of the budget. */
export interface PastWindow {
  /** Allowance without its rollover, >= 0. */
  readonly allowed: Decimal;
  /** Spend, plus the unspent amount that open reservations may still have spent in it; null if unknown. */
  readonly spent: Decimal | null;
  /** Maximum rollover into it, >= 0: one amount; 0 without rollover. */
  readonly most: Decimal;
}

/**
 * Rollover into a window: the remainder of the previous window's full allowance, never negative, at most `most` (one
 * amount). The previous window may have received a rollover too. Therefore `before` lists the windows latest first, and the
 * calculation reads only as many as affect the result. `null` if the spend of the latest one is unknown: nothing rolls over
 * then.
 * Example: allowances of 100, spend of 30 and then 40: the first rolls over 70, the second keeps 130 and rolls over 100
 * (`most`).
 */
export async function computeRollover(
  most: Decimal,
  before: Iterable<PastWindow | Promise<PastWindow>>,
): Promise<Decimal | null> {
  // The result is `shift` plus the rollover into the earliest window read, within `range`.
  let range = { least: decimal(0), most };
  let shift = decimal(0);
  let isFirst = true;
  for (const coming of before) {
    const past = await coming;
    if (past.spent === null) return isFirst ? null : clampAmount(range, shift);
    isFirst = false;
    shift = shift.plus(past.allowed).minus(past.spent);
    const next = { least: clampAmount(range, shift), most: clampAmount(range, shift.plus(past.most)) };
    if (next.least.equals(next.most)) return next.least;
    range = next;
  }
  return isFirst ? decimal(0) : range.least;
}

function clampAmount({ least, most }: { readonly least: Decimal; readonly most: Decimal }, amount: Decimal): Decimal {
  return findLargest(least, findSmallest(amount, most));
}
