import { estimateQuality, type VersionQuality } from './compare-quality.ts';
import { describeConfiguration, listConfigurations, narrowEvidence } from './configurations.ts';
import type { FrontierFacts, VersionFacts } from './facts.ts';
import type { Configuration, EstimatedQuality } from './figures/schema.ts';
import type { PairBook } from './pair-book.ts';
import { type PlannedCost, planCost } from './plan-cost.ts';
import type { LeftOut } from './schema.ts';

/** Smallest share of examples in common with the reference, where the policy states none; as the gate. */
const COMPLETENESS = 0.95;

/** A version in one configuration with a known cost and a known quality. */
export interface PlannedPoint {
  readonly point: string;
  readonly facts: VersionFacts;
  readonly version: string;
  readonly configuration: Configuration;
  readonly cost: PlannedCost;
  readonly quality: EstimatedQuality;
}

interface PlannedPoints {
  readonly points: readonly PlannedPoint[];
  readonly leftOut: readonly LeftOut[];
}

/** Example: "v3 on 1 x gpu:A10G, batches of 8". */
export function namePoint(version: string, configuration: Configuration): string {
  return `v${version} on ${describeConfiguration(configuration)}`;
}

/**
 * All versions in all configurations in which they were measured, with cost at demand and quality. A version or configuration without one
 * of them is left out with the reason. Versions whose examples differ from those of the reference (the baseline, else the newest
 * version with an evaluation) are left out too: means over different examples are not comparable.
 */
export function listPoints(facts: FrontierFacts, pairs: PairBook): PlannedPoints {
  const points: PlannedPoint[] = [];
  const leftOut: LeftOut[] = [];
  const reference = findReference(facts);
  for (const version of facts.versions) {
    const name = version.evidence.version;
    const quality = checkQuality(version, { facts, pairs, reference });
    if (typeof quality === 'string') {
      leftOut.push({ version: name, hardware: null, missing: 'quality', reason: quality });
    }
    const planned = planConfigurations(version, facts);
    leftOut.push(...planned.leftOut);
    if (typeof quality === 'string' || facts.axis === null) continue;
    const estimate = estimateQuality(quality, facts.axis);
    for (const { configuration, cost } of planned.costs) {
      const point = namePoint(name, configuration);
      points.push({ point, facts: version, version: name, configuration, cost, quality: estimate });
    }
  }
  return { points, leftOut };
}

/** Version whose examples every other one must have: the baseline, else the newest one with the outcome; null without any. */
function findReference({ versions, baseline }: FrontierFacts): string | null {
  const known = versions.filter(({ quality }) => typeof quality !== 'string');
  const own = known.find(({ evidence }) => evidence.version === baseline?.version) ?? known[0];
  return own?.evidence.version ?? null;
}

interface Comparing {
  readonly facts: FrontierFacts;
  readonly pairs: PairBook;
  readonly reference: string | null;
}

/** The quality of a version, or the reason why it cannot be compared with the others. */
function checkQuality(
  { quality, evidence: { version } }: VersionFacts,
  { facts, pairs, reference }: Comparing,
): VersionQuality | string {
  if (typeof quality === 'string' || reference === null || reference === version) return quality;
  const paired = pairs.find({ candidate: version, baseline: reference });
  // Not read yet: its caller reads it and asks again.
  if (paired === undefined) return quality;
  const other = facts.versions.find(({ evidence }) => evidence.version === reference)?.quality;
  const rows = Math.max(quality.rows, typeof other === 'object' ? other.rows : 0);
  const overlap = (paired?.pairs ?? 0) / rows;
  if (overlap >= (facts.policy?.spec.completeness ?? COMPLETENESS)) return quality;
  return `evaluated on other examples than version ${reference}: ${paired?.pairs ?? 0} of ${rows} in common; evaluate both on the same examples`;
}

function planConfigurations({ evidence }: VersionFacts, { terms }: FrontierFacts) {
  const configurations = listConfigurations(evidence);
  const costs: { configuration: Configuration; cost: PlannedCost }[] = [];
  const leftOut: LeftOut[] = [];
  const { version } = evidence;
  if (configurations.length === 0) {
    const reason =
      'no benchmark was recorded, and too few requests were served to measure a capacity; record usage with a count of predictions and without an endpoint';
    leftOut.push({ version, hardware: null, missing: 'cost', reason });
  }
  for (const configuration of configurations) {
    const cost = planCost(narrowEvidence(evidence, configuration), terms);
    if (typeof cost !== 'string') costs.push({ configuration, cost });
    else leftOut.push({ version, hardware: describeConfiguration(configuration), missing: 'cost', reason: cost });
  }
  return { costs, leftOut };
}

/** Currencies in which the configurations of the versions are priced. */
export function listCurrencies(versions: readonly Pick<VersionFacts, 'evidence'>[]): string[] {
  const priced = versions.flatMap(({ evidence }) => listConfigurations(evidence));
  return [...new Set(priced.flatMap(({ hardware }) => hardware.pricePerHour?.currency ?? []))].toSorted();
}
