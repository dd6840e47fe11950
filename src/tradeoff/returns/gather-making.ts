import type { RegisteredVersion } from '../../mlops/registry/index.ts';
import { gatherMakingCost } from '../evidence/index.ts';
import type { MakingCost } from '../evidence/schema.ts';
import type { CostFacts } from './compute-return.ts';
import type { Gathering } from './context.ts';
import { buildUnknownCost } from './gather-costs.ts';
import { buildMoneySeries, type DatedAmount, toDay } from './money-series.ts';

/** Versions of one answer whose runs are read. */
const MOST_VERSIONS = 100;
const NO_RUN = 'the version names no run';

export interface MadeVersion {
  readonly version: string;
  /** null: the version names no run, or too many versions were read. */
  readonly making: MakingCost | null;
}

/** The cost to make each version from its runs; `read` counts the versions of the answer. */
export async function readMadeVersions(
  { deps, sql }: Gathering,
  versions: readonly RegisteredVersion[],
  read: { count: number },
): Promise<MadeVersion[]> {
  const from = { tracking: deps.tracking, versions: deps.registry, makingSteps: deps.makingSteps };
  const made: MadeVersion[] = [];
  for (const { model, version, runId } of versions) {
    const canRead = runId !== null && read.count < MOST_VERSIONS;
    if (canRead) read.count += 1;
    made.push({ version, making: canRead ? await gatherMakingCost(from, sql, { model, version, runId }) : null });
  }
  return made;
}

/**
 * Cost to make of one or several versions: each run once, on the day on which the making of the first version with it ended. Unknown
 * parts make it a lower bound.
 */
export function buildMakingCost({ reporting }: Gathering, made: readonly MadeVersion[]): CostFacts {
  const known = made.flatMap(({ making }) => making ?? []).toSorted((a, b) => endOf(a) - endOf(b));
  if (known.length === 0) return buildUnknownCost(made.length === 0 ? 'no version is registered' : NO_RUN);
  const seen = new Set<string>();
  const amounts: DatedAmount[] = [];
  for (const one of known) {
    for (const { run, cost } of one.parts) {
      if (seen.has(run)) continue;
      seen.add(run);
      if (cost !== null) amounts.push({ day: toDay(endOf(one)), ...cost });
    }
  }
  const open = known.find(({ isLowerBound, cost }) => isLowerBound || cost === null);
  if (amounts.length === 0) return buildUnknownCost(open?.reason ?? 'no run has a known cost');
  const bases = new Set(known.flatMap(({ basis }) => basis ?? []));
  const [basis = null] = bases;
  return {
    series: buildMoneySeries(amounts, reporting),
    basis: bases.size > 1 ? 'mixed' : basis,
    isLowerBound: open !== undefined || known.length < made.length,
    reason:
      open?.reason ??
      (known.length < made.length ? `${made.length - known.length} versions name no run that was read` : null),
  };
}

function endOf({ window }: MakingCost): number {
  return window === null ? 0 : Date.parse(window.end);
}
