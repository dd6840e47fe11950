import type { ComparedUnitCosts, UnitCost } from './schema.ts';

/** The unit costs that are known of one version. */
interface VersionUnitCosts {
  readonly version: string;
  readonly unitCosts: readonly UnitCost[];
}

interface Entry {
  readonly version: string;
  readonly cost: UnitCost & { readonly perThousand: NonNullable<UnitCost['perThousand']> };
}

/**
 * Key of comparability: two unit costs are comparable only with equal basis, currency, hardware with its price, for a benchmark the batch size and for
 * `served` the window. An unknown batch size equals no known one. A benchmark is priced as of now, so the time of its measurement does not
 * matter. null while the cost is unknown.
 */
export function buildComparisonKey({
  basis,
  perThousand,
  hardware,
  batchSize = null,
  window,
}: UnitCost): string | null {
  if (perThousand === null) return null;
  if (basis === 'benchmark') {
    return JSON.stringify([basis, perThousand.currency, hardware.name, hardware.pricePerHour, batchSize]);
  }
  return JSON.stringify([basis, perThousand.currency, hardware.name, window.start, window.end]);
}

/**
 * The largest set of versions whose unit costs can be compared: one that holds `preferred` (the champion) before others, then the one
 * with most versions, then a benchmark. Versions that are not in it are named with the reason.
 *
 * @example versions 1 to 3 with a benchmark on 1 x cpu, version 4 only served: figures of 1 to 3; 4 is left out.
 */
export function compareUnitCosts(versions: readonly VersionUnitCosts[], preferred: string | null): ComparedUnitCosts {
  const groups = [...groupEntries(versions).values()].toSorted(
    (a, b) => rank(b, preferred) - rank(a, preferred) || buildSortKey(a).localeCompare(buildSortKey(b)),
  );
  const [chosen] = groups;
  const [first] = chosen ?? [];
  if (chosen === undefined || first === undefined) {
    const leftOut = versions.map((version) => ({ version: version.version, reason: explainUnknownCost(version) }));
    const reason = 'no version has a known cost per prediction';
    return { basis: null, hardware: null, batchSize: null, window: null, currency: null, figures: [], leftOut, reason };
  }
  const { basis, hardware, window, perThousand } = first.cost;
  const named = new Set(chosen.map(({ version }) => version));
  const what = describeTerms(first.cost);
  return {
    basis,
    hardware: hardware.name,
    batchSize: first.cost.batchSize ?? null,
    window: basis === 'served' ? window : null,
    currency: perThousand.currency,
    figures: chosen.map(({ version, cost }) => ({ version, perThousand: cost.perThousand, interval: cost.interval })),
    leftOut: versions
      .filter(({ version }) => !named.has(version))
      .map((one) => ({
        version: one.version,
        reason: explainLeftOut(one, first.cost, what),
      })),
    reason: chosen.length > 1 ? null : explainAlone(versions, first, what),
  };
}

/** Common terms of all figures of a comparison, such as "benchmark on 1 x gpu with batches of 64". */
function describeTerms({ basis, hardware, batchSize = null }: UnitCost): string {
  if (basis === 'served') return 'served cost in the same window';
  return `benchmark on ${hardware.name} ${batchSize === null ? 'without a recorded batch size' : `with batches of ${batchSize}`}`;
}

function explainLeftOut(one: VersionUnitCosts, chosen: Entry['cost'], what: string): string {
  if (!isKnown(one)) return explainUnknownCost(one);
  const other = describeOtherBatchSizes(one, chosen);
  return other === null
    ? `no ${what}; its cost is known only on another basis or hardware`
    : `not comparable: no ${what}; its benchmark was run ${other}`;
}

function explainAlone(versions: readonly VersionUnitCosts[], { version, cost }: Entry, what: string): string {
  const others = versions.flatMap((one) => {
    const other = one.version === version ? null : describeOtherBatchSizes(one, cost);
    return other === null ? [] : [`that of version ${one.version} was run ${other}`];
  });
  const differ = others.length === 0 ? '' : `; not comparable: ${others.join('; ')}`;
  return `only version ${version} has a ${what}${differ}`;
}

/** How the benchmarks of a version on the same hardware were run, where they differ by batch size alone; null when there is none. */
function describeOtherBatchSizes({ unitCosts }: VersionUnitCosts, chosen: Entry['cost']): string | null {
  if (chosen.basis !== 'benchmark') return null;
  const sizes = unitCosts.flatMap((cost) => {
    const isSame = buildComparisonKey({ ...cost, batchSize: chosen.batchSize ?? null }) === buildComparisonKey(chosen);
    return isSame && (cost.batchSize ?? null) !== (chosen.batchSize ?? null) ? [cost.batchSize ?? null] : [];
  });
  if (sizes.length === 0) return null;
  const known = sizes.flatMap((size) => size ?? []);
  return known.length === 0 ? 'without a recorded batch size' : `with batches of ${known.join(' and ')}`;
}

/** By key; of several with the same key, such as two endpoints, none is taken: a version has one figure in a comparison. */
function groupEntries(versions: readonly VersionUnitCosts[]): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const { version, unitCosts } of versions) {
    const byKey = Map.groupBy(unitCosts, buildComparisonKey);
    for (const [key, costs] of byKey) {
      const [cost] = costs;
      if (key === null || cost === undefined || cost.perThousand === null || costs.length > 1) continue;
      groups.set(key, [...(groups.get(key) ?? []), { version, cost: { ...cost, perThousand: cost.perThousand } }]);
    }
  }
  return groups;
}

/** At least two figures before one, the preferred version among them before others, then their number. */
function rank(group: readonly Entry[], preferred: string | null): number {
  const holdsPreferred = group.some(({ version }) => version === preferred);
  return (group.length > 1 ? 1e9 : 0) + (holdsPreferred ? 1e6 : 0) + group.length;
}

function buildSortKey([first]: readonly Entry[]): string {
  return first === undefined ? '' : `${first.cost.basis} ${buildComparisonKey(first.cost)}`;
}

function isKnown({ unitCosts }: VersionUnitCosts): boolean {
  return unitCosts.some(({ perThousand }) => perThousand !== null);
}

function explainUnknownCost({ unitCosts }: VersionUnitCosts): string {
  const reasons = new Set(unitCosts.flatMap(({ reason }) => reason ?? []));
  return reasons.size > 0 ? [...reasons].join('; ') : 'no benchmark was recorded and no endpoint served it';
}
