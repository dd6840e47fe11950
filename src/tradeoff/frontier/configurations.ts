import type { VersionEvidence } from '../evidence/schema.ts';
import type { Configuration } from './figures/schema.ts';

/** Measured configurations of a version: its live traffic first, then its benchmarks by hardware and batch size. */
export function listConfigurations({ capacities = [], unitCosts = [] }: VersionEvidence): Configuration[] {
  const traffic = capacities
    .filter(({ source }) => source === 'traffic')
    .map(({ endpoint, hardware, batchSize }): Configuration => ({ source: 'traffic', endpoint, hardware, batchSize }));
  const benchmarks = unitCosts
    .filter(({ basis }) => basis === 'benchmark')
    .map(
      ({ hardware, batchSize = null }): Configuration => ({
        source: 'benchmark',
        endpoint: null,
        hardware,
        batchSize,
      }),
    );
  return [...new Map([...traffic, ...benchmarks].map((one) => [describeConfiguration(one), one])).values()];
}

/** Example: "1 x gpu:A10G, batches of 8" for a benchmark, "1 x gpu:A10G, endpoint ranker" for traffic. */
export function describeConfiguration({ source, endpoint, hardware, batchSize }: Configuration): string {
  if (source === 'traffic') return `${hardware.name}, endpoint ${endpoint}`;
  return batchSize === null ? hardware.name : `${hardware.name}, batches of ${batchSize}`;
}

/**
 * The evidence of a version as if it were measured in one configuration only, so that the cost of the gate is that of this
 * configuration. The scaling policy of an endpoint counts on its own hardware only.
 */
export function narrowEvidence(evidence: VersionEvidence, configuration: Configuration): VersionEvidence {
  const { source, endpoint, hardware, batchSize } = configuration;
  const { unitCosts = [], capacities = [], scaling = [] } = evidence;
  const isOwn = (name: string) => name === hardware.name;
  return {
    ...evidence,
    unitCosts: unitCosts.filter((cost) =>
      cost.basis === 'served'
        ? isOwn(cost.hardware.name) && (endpoint === null || cost.endpoint === endpoint)
        : source === 'benchmark' && isOwn(cost.hardware.name) && (cost.batchSize ?? null) === batchSize,
    ),
    capacities: capacities.filter(
      (capacity) =>
        capacity.source === source &&
        capacity.endpoint === endpoint &&
        isOwn(capacity.hardware.name) &&
        capacity.batchSize === batchSize,
    ),
    scaling: scaling.filter((bounds) => isOwn(bounds.hardware) && (endpoint === null || bounds.endpoint === endpoint)),
  };
}
