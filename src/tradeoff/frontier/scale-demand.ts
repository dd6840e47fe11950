import type { VersionEvidence } from '../evidence/schema.ts';
import type { DemandTrace, PlannedDemand } from '../unit-cost/schema.ts';
import type { CostTerms } from './plan-cost.ts';

/**
 * Evidence and terms of a demand times a factor. A recorded trace keeps its shape: every hour has the factor times its requests, which may
 * be a fraction of one. Another demand is multiplied as a whole, and is at least 1 prediction.
 *
 * @example scaleDemand(evidence, terms, { factor: 0.3, demand }).terms.rule.predictionsPerMonth // 3,000,000 of 10,000,000
 */
export function scaleDemand(
  evidence: VersionEvidence,
  terms: CostTerms,
  { factor, demand }: { readonly factor: number; readonly demand: PlannedDemand },
): { readonly evidence: VersionEvidence; readonly terms: CostTerms } {
  if (factor === 1) return { evidence, terms };
  const { demandTrace } = evidence;
  if (demand.source === 'recorded' && demandTrace != null) {
    return { evidence: { ...evidence, demandTrace: scaleTrace(demandTrace, factor) }, terms };
  }
  const predictionsPerMonth = Math.max(1, Math.round(demand.predictionsPerMonth * factor));
  return { evidence, terms: { ...terms, rule: { ...terms.rule, predictionsPerMonth } } };
}

function scaleTrace({ endpoint, days }: DemandTrace, factor: number): DemandTrace {
  const scaled = days.map(({ start, requestsPerHour }) => ({
    start,
    requestsPerHour: requestsPerHour.map((count) => count * factor),
  }));
  return { endpoint, days: scaled };
}
