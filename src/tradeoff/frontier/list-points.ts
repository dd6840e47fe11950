import type { PointCascade } from './cascades/schema.ts';
import { estimateQuality, type VersionQuality } from './compare-quality.ts';
import { describeConfiguration, listConfigurations, narrowEvidence } from './configurations.ts';
import type { FrontierFacts, VersionFacts } from './facts.ts';
import type { Configuration, EstimatedQuality } from './figures/schema.ts';
import type { PairBook } from './pair-book.ts';
import { type PlannedCost, planCost } from './plan-cost.ts';
import type { LeftOut } from './schema.ts';

/** Smallest share of examples in common with the reference, where the policy states none; as the gate. */
const COMPLETENESS = 0.95;

/** A version in one configuration, or a cascade of two, with a known cost and a known quality. */
export interface PlannedPoint {
  readonly point: string;
  /** Of a cascade: those of its first stage, as `configuration`. */
  readonly facts: VersionFacts;
  /** Name in the pair book: the version, or the name of the cascade. */
  readonly version: string;
  readonly cascade: PointCascade | null;
  readonly configuration: Configuration;
  readonly cost: PlannedCost;
  readonly quality: EstimatedQuality;
}

export interface PlannedPoints {
  readonly points: readonly PlannedPoint[];
  readonly leftOut: readonly LeftOut[];
}

/** Example: "v3 on 1 x gpu:A10G, batches of 8". */
export function namePoint(version: string, configuration: Configuration): string {
  return `v${version} on ${describeConfiguration(configuration)}`;
}

/** Facts with the cost of every version in every configuration. */
export interface PlannedFrontier {
  readonly facts: FrontierFacts;
  readonly versions: readonly PlannedVersion[];
}

export interface PlannedVersion {
  readonly version: VersionFacts;
  readonly costs: readonly { readonly configuration: Configuration; readonly cost: PlannedCost }[];
  readonly leftOut: readonly LeftOut[];
}

/** Plans all versions in all configurations in which they were measured; a configuration without a cost is left out with the reason. */
export function planFrontier(facts: FrontierFacts): PlannedFrontier {
  return { facts, versions: facts.versions.map((version) => planVersion(version, facts)) };
}

/**
 * The planned costs with the quality of their versions. A version without a known quality is left out with the reason, and so is one with other
 * examples than the reference (the baseline, else the newest version with an evaluation): means over different examples are not comparable.
 */
export function listPoints({ facts, versions }: PlannedFrontier, pairs: PairBook): PlannedPoints {
  const points: PlannedPoint[] = [];
  const leftOut: LeftOut[] = [];
  const reference = findReference(facts);
  for (const { version, costs, leftOut: unpriced } of versions) {
    const name = version.evidence.version;
    const quality = checkQuality(version, { facts, pairs, reference });
    if (typeof quality === 'string') {
      leftOut.push({ version: name, hardware: null, missing: 'quality', reason: quality });
    }
    leftOut.push(...unpriced);
    if (typeof quality === 'string' || facts.axis === null) continue;
    const estimate = estimateQuality(quality, facts.axis);
    for (const { configuration, cost } of costs) {
      const point = namePoint(name, configuration);
      points.push({ point, facts: version, version: name, cascade: null, configuration, cost, quality: estimate });
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

function planVersion(facts: VersionFacts, { terms }: FrontierFacts): PlannedVersion {
  const { evidence } = facts;
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
  return { version: facts, costs, leftOut };
}

/** Currencies in which the configurations of the versions are priced. */
export function listCurrencies(versions: readonly Pick<VersionFacts, 'evidence'>[]): string[] {
  const priced = versions.flatMap(({ evidence }) => listConfigurations(evidence));
  return [...new Set(priced.flatMap(({ hardware }) => hardware.pricePerHour?.currency ?? []))].toSorted();
}
