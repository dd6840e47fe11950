import type { VersionEvidence } from '../evidence/schema.ts';
import type { evaluatePolicy } from '../gates/index.ts';
import type { Policy, PolicySpec } from '../gates/schema.ts';
import type { VersionQuality } from './compare-quality.ts';
import type { CostTerms } from './plan-cost.ts';
import type { QualityAxis } from './schema.ts';

/** Facts of one version. */
export interface VersionFacts {
  /** With capacities at the SLOs of the question; with a policy also with the outcomes of its rules (`gate`). */
  readonly evidence: VersionEvidence;
  /** Outcome of the axis; a reason in words when the version has none. */
  readonly quality: VersionQuality | string;
}

/** Facts of a model that the frontier is computed from. */
export interface FrontierFacts {
  readonly model: string;
  /** UTC instant. */
  readonly at: string;
  /** Newest first. */
  readonly versions: readonly VersionFacts[];
  readonly baseline: { readonly version: string; readonly source: 'stated' | 'alias' } | null;
  readonly policy: Policy | null;
  readonly budgets: Budgets;
  /** null when no version has an evaluation. */
  readonly axis: QualityAxis | null;
  readonly terms: CostTerms;
}

export type Budgets = Parameters<typeof evaluatePolicy>[0]['budgets'];

/** Bounds that the question states; undefined: those of the policy. */
export interface FrontierQuestion {
  readonly predictionsPerMonth?: number | undefined;
  readonly margin?: number | undefined;
  readonly budget?: string | undefined;
}

/** The policy and the baseline that all points are judged by. */
export interface AcceptanceFacts extends Pick<FrontierFacts, 'budgets'> {
  readonly spec: PolicySpec;
  readonly champion: VersionEvidence | null;
}
