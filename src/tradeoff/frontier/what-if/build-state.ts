import type { VersionEvidence } from '../../evidence/schema.ts';
import { estimateQuality } from '../compare-quality.ts';
import type { FrontierFacts, VersionFacts } from '../facts.ts';
import type { Configuration } from '../figures/schema.ts';
import { computeLatency, type PlannedState } from './plan-state.ts';
import type { WhatIfState } from './schema.ts';
import type { SpotCapacity } from './spot-capacity.ts';

/** Facts of a state; a text is the reason why a fact is unknown. */
export interface StateFacts {
  readonly facts: VersionFacts;
  readonly axis: FrontierFacts['axis'];
  readonly configuration: Configuration | string;
  readonly spot: SpotCapacity | string | null;
  readonly planned: PlannedState | string;
  /** Evidence with capacities at several shares of waiting; null without an SLO. */
  readonly curve: VersionEvidence | null;
  readonly latencyP95Ms: number | null;
}

type Unknown = WhatIfState['unknown'][number];

const RECORD = 'steelyard usage record -f benchmark.json';

/** A state as the answer shows it, with the reason of every unknown figure. */
export function buildState(state: StateFacts): WhatIfState {
  const { facts, axis, configuration, planned, spot, latencyP95Ms } = state;
  const { quality } = facts;
  const known = typeof planned === 'string' ? null : planned;
  const latency = findLatency(state);
  const unknown: Unknown[] = [];
  if (typeof planned === 'string') {
    unknown.push({ figure: 'costPerMonth', reason: planned, command: suggestCommand(planned, spot) });
  }
  if (typeof latency === 'string') {
    const command = typeof planned === 'string' ? suggestCommand(planned, spot) : RECORD;
    unknown.push({ figure: 'latency', reason: latency, command });
  }
  if (typeof quality === 'string' || axis === null) {
    const reason = typeof quality === 'string' ? quality : 'no version has an evaluation';
    unknown.push({
      figure: 'quality',
      reason,
      command: 'steelyard evaluation import FILE --run RUN --id COLUMN --correct COLUMN',
    });
  }
  return {
    version: facts.evidence.version,
    configuration: typeof configuration === 'string' ? null : configuration,
    purchase: spot === null ? 'on demand' : 'spot',
    demand: known?.cost.demand ?? null,
    capacity: known?.cost.capacity ?? null,
    replicas: known?.cost.replicas ?? null,
    costPerMonth: known?.cost.perMonth ?? null,
    latency: typeof latency === 'string' ? null : latency,
    latencyP95Ms,
    quality: typeof quality === 'string' || axis === null ? null : estimateQuality(quality, axis),
    unknown,
    source: known?.cost.source ?? null,
  };
}

function findLatency({ configuration, planned, curve }: StateFacts): NonNullable<WhatIfState['latency']> | string {
  if (typeof planned === 'string') return planned;
  if (typeof configuration === 'string') return configuration;
  const { slo } = planned.cost.capacity;
  const latency =
    slo === null || curve === null ? null : computeLatency({ evidence: curve, configuration }, planned, slo);
  return (
    latency ?? 'no service times of single requests were measured: record them with the benchmark (serviceSeconds)'
  );
}

function suggestCommand(reason: string, spot: StateFacts['spot']): string | null {
  if (typeof spot === 'string') return 'steelyard apply -f purchase-terms.yaml';
  if (reason.includes('price')) return 'steelyard apply -f prices.yaml';
  return reason.includes('demand') ? null : RECORD;
}
