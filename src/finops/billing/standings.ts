/** What decides between units that describe the same charges. */
export interface UnitClaim {
  /** Lake partition of the unit. */
  readonly partition: string;
  /** Grows with every unit that appears; the earlier one has the better claim. */
  readonly arrival: number;
  /** Grows with every preference that a person gives; null when none was given. The last one wins. */
  readonly preference: number | null;
  /** A person said that its charges are its own: it counts whatever it looks like, and shadows nobody. */
  readonly beside: boolean;
}

/** Two units of one billing period whose rows describe the same charges. */
export interface Overlap {
  readonly one: string;
  readonly other: string;
  readonly reason: string;
}

export interface Shadow {
  /** Partition of the unit that is counted instead. */
  readonly by: string;
  readonly reason: string;
}

/**
 * Which units of a billing period are counted. From the best claim down (preferred, then first come) a unit counts unless
 * it overlaps one that counts already; then that one shadows it. So no two counted units overlap, and whatever is not
 * counted is named by one that is.
 */
export function resolveShadows(
  units: readonly UnitClaim[],
  overlaps: readonly Overlap[],
): ReadonlyMap<string, Shadow | null> {
  const standing = new Map<string, Shadow | null>();
  for (const unit of units.filter(({ beside }) => beside)) standing.set(unit.partition, null);
  const counted: string[] = [];
  for (const { partition } of units.filter(({ beside }) => !beside).toSorted(byClaim)) {
    const shadow = firstShadow(partition, counted, overlaps);
    standing.set(partition, shadow);
    if (shadow === null) counted.push(partition);
  }
  return standing;
}

function byClaim(a: UnitClaim, b: UnitClaim): number {
  return (b.preference ?? 0) - (a.preference ?? 0) || a.arrival - b.arrival;
}

function firstShadow(partition: string, counted: readonly string[], overlaps: readonly Overlap[]): Shadow | null {
  for (const by of counted) {
    const overlap = overlaps.find(
      ({ one, other }) => (one === partition && other === by) || (one === by && other === partition),
    );
    if (overlap !== undefined) return { by, reason: overlap.reason };
  }
  return null;
}
