/** Hits by file. A file without hits has no entry. */
export type Counts = Readonly<Record<string, number>>;

export interface Difference {
  readonly path: string;
  readonly count: number;
  readonly allowed: number;
}

export interface Comparison {
  /** Files with more hits than the baseline allows. A file without an entry may have none. */
  readonly risen: readonly Difference[];
  /** Files whose entry can be lowered or removed. */
  readonly fallen: readonly Difference[];
}

export function compareCounts(counts: Counts, baseline: Counts): Comparison {
  const paths = [...new Set([...Object.keys(counts), ...Object.keys(baseline)])].toSorted();
  const all = paths.map((path) => ({ path, count: counts[path] ?? 0, allowed: baseline[path] ?? 0 }));
  return {
    risen: all.filter(({ count, allowed }) => count > allowed),
    fallen: all.filter(({ count, allowed }) => count < allowed),
  };
}

/** The baseline with every entry at the lower of itself and the count. It never rises and gets no new entry. */
export function lowerBaseline(baseline: Counts, counts: Counts): Counts {
  const lowered = Object.entries(baseline).map(
    ([path, allowed]) => [path, Math.min(allowed, counts[path] ?? 0)] as const,
  );
  return Object.fromEntries(lowered.filter(([, allowed]) => allowed > 0).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Entries of renamed files under their new path: a move adds no hits. */
export function moveEntries(baseline: Counts, renames: ReadonlyMap<string, string>): Counts {
  return Object.fromEntries(Object.entries(baseline).map(([path, allowed]) => [renames.get(path) ?? path, allowed]));
}
