import { type Decimal, decimal, largest, smallest } from '../../platform/units/index.ts';

/** A window that is over, as far as it matters to the next one. Amounts in the currency of the budget. */
export interface PastWindow {
  /** What it allowed without what rolled over into it, >= 0. */
  readonly allowed: Decimal;
  /** What was spent in it, and what running work may still have spent in it; null when that is not known. */
  readonly spent: Decimal | null;
  /** The most that can have rolled over into it, >= 0: one amount; 0 where nothing rolls over. */
  readonly most: Decimal;
}

/**
 * What rolls over into a window: what the one before left of all that it allowed, never negative, at most `most` (one
 * amount). Since that one may have got something from the one before it, the windows come latest first, and no more of them
 * are asked for than matter. `null` when it is not known what was spent in the last one: then nothing rolls over.
 * Example: 100 allowed each, 30 and then 40 spent: 70 rolled over, 130 left, 100 roll over.
 */
export async function rolledOver(
  most: Decimal,
  before: Iterable<PastWindow | Promise<PastWindow>>,
): Promise<Decimal | null> {
  // What rolls over is `shift` + what rolled over into the earliest window that was looked at, between two bounds.
  let range = { least: decimal(0), most };
  let shift = decimal(0);
  let isFirst = true;
  for (const coming of before) {
    const past = await coming;
    if (past.spent === null) return isFirst ? null : within(range, shift);
    isFirst = false;
    shift = shift.plus(past.allowed).minus(past.spent);
    const next = { least: within(range, shift), most: within(range, shift.plus(past.most)) };
    if (next.least.equals(next.most)) return next.least;
    range = next;
  }
  return isFirst ? decimal(0) : range.least;
}

function within({ least, most }: { readonly least: Decimal; readonly most: Decimal }, amount: Decimal): Decimal {
  return largest(least, smallest(amount, most));
}
