import { testNonInferiority } from '../answers.ts';
import type { FrontierFacts, VersionFacts } from '../facts.ts';
import type { Configuration } from '../figures/schema.ts';
import { compareAmounts } from '../money.ts';
import type { PairBook } from '../pair-book.ts';
import { chooseConfiguration } from './choose-configuration.ts';
import { planState } from './plan-state.ts';
import type { WhatIfChange } from './schema.ts';

/** One-sided error of a test where no policy states one. */
const DEFAULT_ALPHA = 0.05;

/** The version that is served now, and the changes in addition to the accepted loss. */
export interface LossQuestion {
  readonly version: string;
  readonly configuration: Configuration | null;
  readonly change: WhatIfChange;
  /** Accepted loss in points. */
  readonly points: number;
}

/** A version, or what is missing to choose one. */
export type CheaperVersion =
  | { readonly facts: VersionFacts; readonly assumption: string }
  | { readonly missing: readonly string[] };

/**
 * The cheapest version, under the changes and on demand, that is shown to be worse than the present one by less than the accepted loss: a paired
 * test at the one-sided error of the policy, else 0.05. Without one: the cheaper versions that more examples may prove.
 */
export function findCheaperVersion(facts: FrontierFacts, pairs: PairBook, question: LossQuestion): CheaperVersion {
  const { version, configuration, change, points } = question;
  const { axis, versions, terms } = facts;
  if (axis === null)
    return {
      missing: [`No version of ${facts.model} has an evaluation: import one with "steelyard evaluation import".`],
    };
  const margin = points * axis.point;
  const test = { axis, baseline: version, margin, alpha: facts.policy?.spec.alpha ?? DEFAULT_ALPHA };
  const costs = versions
    .flatMap((one) => {
      const chosen = chooseConfiguration(one.evidence, { hardware: change.hardware, present: configuration }, terms);
      if (typeof chosen === 'string') return [];
      const { traffic = 1, replicas = null } = change;
      const own = { evidence: one.evidence, configuration: chosen.configuration, terms };
      const planned = planState({ ...own, traffic, replicas, spot: null });
      return typeof planned === 'string' ? [] : [{ facts: one, cost: planned.cost.perMonth }];
    })
    .toSorted((a, b) => compareAmounts(a.cost, b.cost));
  const missing: string[] = [];
  for (const { facts: one } of costs) {
    const name = one.evidence.version;
    if (name === version) break;
    const verdict = testNonInferiority(name, { pairs }, test);
    const error = `one-sided error ${test.alpha}`;
    if (verdict.isShown) {
      return {
        facts: one,
        assumption: `Version ${name} is proven to lose less than ${points} points against version ${version} (${error}).`,
      };
    }
    missing.push(describeUnproven(one, verdict, points));
  }
  return {
    missing: [
      `No cheaper version is proven to lose less than ${points} points against version ${version}.`,
      ...missing,
    ],
  };
}

function describeUnproven(
  { evidence: { version }, quality }: VersionFacts,
  { isOpen, samplesNeeded }: ReturnType<typeof testNonInferiority>,
  points: number,
): string {
  if (typeof quality === 'string') return `Version ${version}: ${quality}`;
  if (!isOpen) return `Version ${version} is shown to lose more than ${points} points.`;
  const needed =
    samplesNeeded === null ? 'its estimate is a larger loss' : `${samplesNeeded} further examples would decide it`;
  return `Version ${version} is not proven: ${needed}.`;
}
