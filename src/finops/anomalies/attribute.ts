import { isSku, matchesSlice, type Slice, type SlicePart, sortSlice } from './slice.ts';

/** A kind of charge, and the excess of its cost over the expected cost, in the direction of the change. */
export interface ExcessCell {
  readonly values: Readonly<Record<string, string | null>>;
  readonly expected: number;
  /** Positive if the cell changes in the same direction as the total. */
  readonly excess: number;
}

/** Minimum share of a change that a slice must explain to be its cause. */
export const CAUSE_SHARE = 0.8;
/** The owner and the resource are part of the slice even if all rows have the same values. */
const ALWAYS_NAMED = ['team', 'model', 'endpoint', 'serviceName', 'skuId', 'skuMeter', 'chargeDescription'];
/**
 * The rest moved too if its relative change is at least this share of the kept cells' relative change: then the part does
 * not narrow the cause.
 */
const MOVED_TOO = 0.5;

/**
 * The most specific slice that explains at least 80% of an excess. It adds the part that keeps the most excess, one by one.
 * It stops if no part keeps enough, or if the cells that it would leave out moved as well. A part that leaves out no cell is
 * added only for the owner and the resource. Example: 100 of 110 in `p4d` of `search` gives both parts; if all of `search`
 * doubled, only `search`.
 */
export function findCauseSlice(cells: readonly ExcessCell[], start: Slice): Slice {
  const total = sumExcess(cells);
  if (total <= 0) return start;
  let slice = start;
  let kept = cells.filter(({ values }) => matchesSlice(start, values));
  const left = new Set(Object.keys(cells[0]?.values ?? {}).concat(...cells.map(({ values }) => Object.keys(values))));
  for (const { dimension } of start) left.delete(dimension);
  for (;;) {
    const best = findBestPart(kept, left, CAUSE_SHARE * total);
    if (best === null) return sortSlice(slice);
    left.delete(best.part.dimension);
    if (isSku(best.part.dimension)) for (const dimension of left) if (isSku(dimension)) left.delete(dimension);
    const fewer = kept.filter(({ values }) => matchesSlice([best.part], values));
    if (fewer.length < kept.length || ALWAYS_NAMED.includes(best.part.dimension)) slice = [...slice, best.part];
    kept = fewer;
  }
}

/**
 * Share of the expected cost (0 to 1) in cells that rose at least half as much as the whole, in relative terms. Near 1:
 * everything moved together; near 0: a few cells moved.
 */
export function computeBreadth(cells: readonly ExcessCell[]): number {
  const [excess, expected] = [sumExcess(cells), cells.reduce((sum, cell) => sum + Math.max(0, cell.expected), 0)];
  if (expected <= 0) return 0;
  const ratio = excess / expected;
  const moved = cells.filter((cell) => cell.expected > 0 && cell.excess / cell.expected >= ratio / 2);
  return moved.reduce((sum, cell) => sum + cell.expected, 0) / expected;
}

export function sumExcess(cells: readonly ExcessCell[]): number {
  return cells.reduce((sum, { excess }) => sum + excess, 0);
}

/** The part that keeps the most excess, among those that keep enough and leave out cells that did not move. */
function findBestPart(cells: readonly ExcessCell[], dimensions: ReadonlySet<string>, enough: number) {
  const whole = sumExcessAndExpected(cells);
  let best: { readonly part: SlicePart; readonly excess: number } | null = null;
  for (const dimension of dimensions) {
    const byValue = Map.groupBy(cells, ({ values }) => values[dimension] ?? null);
    for (const [value, of] of byValue) {
      const kept = sumExcessAndExpected(of);
      if (value === null || kept.excess < enough) continue;
      const out = { excess: whole.excess - kept.excess, expected: whole.expected - kept.expected };
      const movedToo = out.expected > 0 && out.excess * kept.expected >= MOVED_TOO * kept.excess * out.expected;
      if (movedToo && of.length < cells.length) continue;
      if (best === null || kept.excess > best.excess * (1 + 1e-9))
        best = { part: { dimension, value }, excess: kept.excess };
    }
  }
  return best;
}

function sumExcessAndExpected(cells: readonly ExcessCell[]): Pick<ExcessCell, 'excess' | 'expected'> {
  return { excess: sumExcess(cells), expected: cells.reduce((sum, { expected }) => sum + expected, 0) };
}
