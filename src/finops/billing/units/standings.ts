/** Inputs to the choice between units that describe the same charges. */
export interface UnitClaim {
  /** Lake partition of the unit. */
  readonly partition: string;
  /** Grows with every new unit; of two undecided units, the later one is held. */
  readonly arrival: number;
}

/** Two units of one billing period whose rows describe the same charges, or may describe the same charges. */
export interface Overlap {
  readonly one: string;
  readonly other: string;
  readonly reason: string;
  /**
   * Partition of the unit that counts, by a person's decision or because it contains the charges of the other. Null
   * where neither applies.
   */
  readonly winner: string | null;
  /** The rows do not show whether the units describe the same charges, and no person has decided. */
  readonly undecided: boolean;
}

export interface Shadow {
  /** Partition of the unit that is counted instead. */
  readonly by: string;
  readonly reason: string;
  readonly undecided: boolean;
}

/**
 * Decides which units of a billing period count. Units are processed in order of their claim (winners of overlaps
 * first, then by name). A unit counts unless it overlaps a unit that already counts; that unit then shadows it. So no
 * two counted units overlap, and each shadowed unit names the counted one. The order of arrival matters only while an
 * overlap is undecided.
 */
export function resolveShadows(
  units: readonly UnitClaim[],
  overlaps: readonly Overlap[],
): ReadonlyMap<string, Shadow | null> {
  const losses = countLosses(units, overlaps);
  const lost = ({ partition }: UnitClaim) => losses.get(partition) ?? 0;
  const standing = new Map<string, Shadow | null>();
  const counted: string[] = [];
  for (const { partition } of units.toSorted((a, b) => lost(a) - lost(b) || (a.partition < b.partition ? -1 : 1))) {
    const shadow = findFirstShadow(partition, counted, overlaps);
    standing.set(partition, shadow);
    if (shadow === null) counted.push(partition);
  }
  return standing;
}

/**
 * Length of the longest chain of winners above each unit, so that a unit is processed after the units that win over it.
 * Decisions can form a cycle: chains are capped at the number of units, and the first unit by name counts.
 */
function countLosses(units: readonly UnitClaim[], overlaps: readonly Overlap[]): ReadonlyMap<string, number> {
  const losses = new Map(units.map(({ partition }) => [partition, 0]));
  const arrivals = new Map(units.map(({ partition, arrival }) => [partition, arrival]));
  const isEarlier = (one: string, other: string) => (arrivals.get(one) ?? 0) < (arrivals.get(other) ?? 0);
  const decided = overlaps.map(({ one, other, winner, undecided }) => ({
    one,
    other,
    winner: winner ?? (undecided ? (isEarlier(one, other) ? one : other) : null),
  }));
  for (let round = 1; round < units.length; round += 1) {
    for (const { one, other, winner } of decided) {
      if (winner === null) continue;
      const loser = winner === one ? other : one;
      const above = 1 + (losses.get(winner) ?? 0);
      if (above > (losses.get(loser) ?? 0)) losses.set(loser, Math.min(above, units.length));
    }
  }
  return losses;
}

function findFirstShadow(partition: string, counted: readonly string[], overlaps: readonly Overlap[]): Shadow | null {
  for (const by of counted) {
    const overlap = overlaps.find(
      ({ one, other }) => (one === partition && other === by) || (one === by && other === partition),
    );
    if (overlap !== undefined) return { by, reason: overlap.reason, undecided: overlap.undecided };
  }
  return null;
}
