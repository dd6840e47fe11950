/**
 * The candidate that a mistyped word was probably meant to be, or null when none is near. Near means at most one edit
 * (insert, delete, replace, swap of two neighbours) for every three letters, and at least one is forgiven.
 * Example: `nearest('ower', ['owner', 'team'])` is `owner`.
 */
export function findNearest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let bestEdits = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const edits = computeEditDistance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < bestEdits) {
      best = candidate;
      bestEdits = edits;
    }
  }
  return best;
}

/** Damerau-Levenshtein distance (optimal string alignment): edits that turn one word into the other. */
export function computeEditDistance(from: string, to: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let edits = Math.min(
        readCell(previous, column) + 1,
        readCell(current, column - 1) + 1,
        readCell(previous, column - 1) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) edits = Math.min(edits, readCell(before, column - 2) + 1);
      current.push(edits);
    }
    before = previous;
    previous = current;
  }
  return readCell(previous, to.length);
}

function readCell(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
