import { decimal } from '../../../src/platform/units/schema.ts';
import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { Policy } from '../../../src/tradeoff/gates/schema.ts';
import type { ComparedUnitCosts } from '../../../src/tradeoff/unit-cost/schema.ts';
import { formatPercent, formatTimes } from '../format/number.ts';
import { comparedFigure } from './unit-costs.ts';
import { bestOn, findChampion, findDirection, findMetric } from './versions.ts';

export interface HeadlineFacts {
  readonly versions: readonly VersionEvidence[];
  readonly compared: ComparedUnitCosts;
  readonly policy: Policy | undefined;
  readonly metric: string | undefined;
  /** On this model, newest first. */
  readonly decisions: readonly Decision[];
}

/** The version that is best on the metric, compared with the champion; undefined without a champion or a metric. */
export function compareBest(facts: HeadlineFacts): { version: string; gain: string; cost: string } | undefined {
  const { versions, policy, metric } = facts;
  const champion = findChampion(versions, policy);
  if (champion === undefined || metric === undefined) return undefined;
  const best = bestOn(versions, metric, findDirection(metric, policy));
  const [here, there] = [findMetric(champion, metric), findMetric(best, metric)];
  if (best === undefined || here === undefined || there === undefined) return undefined;
  const gain = here === 0 ? 'better' : `${formatPercent(Math.abs((there - here) / here) * 100)} better`;
  return { version: best.version, gain, cost: costText(facts.compared, champion.version, best.version) };
}

/**
 * Headline text for the version that is best on the metric, compared with the champion: its quality, its cost on the
 * same basis, and its latest verdict. Empty without a champion or a metric.
 *
 * @example "Version 6 ranks 46 % better but costs 8 times as much per prediction; rejected by policy ranker-production."
 */
export function bestVersionText(facts: HeadlineFacts): string {
  const best = compareBest(facts);
  if (best === undefined) return '';
  if (best.version === findChampion(facts.versions, facts.policy)?.version) return 'No version ranks better.';
  return `Version ${best.version} ranks ${best.gain} ${best.cost}; ${verdictText(best.version, facts.decisions)}.`;
}

/** A cost comparison needs both figures in the comparison: then they have one basis, hardware, window and currency. */
function costText(compared: ComparedUnitCosts, champion: string, best: string): string {
  const [own, other] = [champion, best].map((version) => comparedFigure(compared, version).figure);
  if (own == null || other == null) return 'at a cost per prediction that cannot be compared';
  if (overlap(own.interval, other.interval)) return 'at about the same cost per prediction';
  const [cost, before] = [decimal(other.perThousand.amount), decimal(own.perThousand.amount)];
  if (before.isZero()) return 'at a cost per prediction that cannot be compared';
  const percent = cost.minus(before).dividedBy(before).times(100).toNumber();
  if (Math.abs(percent) < 1) return 'at about the same cost per prediction';
  if (percent < 0) return `and costs ${formatPercent(-percent)} less per prediction`;
  if (percent < 100) return `but costs ${formatPercent(percent)} more per prediction`;
  return `but costs ${formatTimes(other.perThousand.amount, own.perThousand.amount)} as much per prediction`;
}

type FigureInterval = ComparedUnitCosts['figures'][number]['interval'];

function overlap(one: FigureInterval, other: FigureInterval): boolean {
  if (one === null || other === null) return false;
  return decimal(one.lower).lessThanOrEqualTo(other.upper) && decimal(other.lower).lessThanOrEqualTo(one.upper);
}

const VERDICT_TEXTS = { promote: 'promoted', hold: 'on hold', reject: 'rejected' } as const;

/** Example: "rejected by policy ranker-production". */
export function verdictText(version: string, decisions: readonly Decision[]): string {
  const latest = decisions.find((decision) => decision.version === version);
  return latest === undefined ? 'not evaluated yet' : `${VERDICT_TEXTS[latest.verdict]} by policy ${latest.policy}`;
}
