import type { Sql } from '../../platform/store/index.ts';
import type { Money } from '../../platform/units/index.ts';
import type { Deleted, Tracking } from '../tracking/index.ts';
import { addMoney, type Volume } from './schema.ts';

/** Cost of runs, implemented by FinOps; `main.ts` supplies it. */
export interface CostOfRuns {
  /** Runs with an unknown cost are omitted. */
  costsOfRuns(sql: Sql, runIds: readonly string[]): Promise<Map<string, RunCostFacts>>;
}

export interface RunCostFacts {
  readonly cost: Money | null;
  /** Reason why the cost is null or incomplete. */
  readonly reason: string | null;
}

/** A deleted item with its size. */
export interface MeasuredItem {
  readonly item: Deleted;
  readonly samples: number;
  /** null when its artifacts are stored elsewhere, and for an experiment, which has no artifacts. */
  readonly artifacts: { readonly files: number; readonly bytes: number } | null;
  /** null for items other than runs. */
  readonly cost: RunCostFacts | null;
}

export interface MeasureDeps {
  readonly tracking: Pick<Tracking, 'deletions'>;
  readonly costs: CostOfRuns;
}

const UNKNOWN: RunCostFacts = { cost: null, reason: 'no usage was recorded for the run' };

export async function measure(deps: MeasureDeps, sql: Sql, items: readonly Deleted[]): Promise<MeasuredItem[]> {
  const { deletions } = deps.tracking;
  const idsOf = (kind: Deleted['kind']) => items.filter((item) => item.kind === kind).map(({ id }) => id);
  const runIds = idsOf('run');
  const samples = new Map([
    ...(await deletions.samples(sql, 'run', runIds)),
    ...(await deletions.samples(sql, 'logged-model', idsOf('logged-model'))),
  ]);
  const costs = runIds.length === 0 ? new Map() : await deps.costs.costsOfRuns(sql, runIds);
  const measured: MeasuredItem[] = [];
  for (const item of items) {
    measured.push({
      item,
      samples: samples.get(item.id) ?? 0,
      artifacts: item.artifactUri === null ? null : await deletions.volume(item.artifactUri, item.id),
      cost: item.kind === 'run' ? (costs.get(item.id) ?? UNKNOWN) : null,
    });
  }
  return measured;
}

/** The volume of nothing at all. */
export function emptyVolume(): Volume {
  return sumVolume([]);
}

/** Exact sums; amounts of one currency are added, runs of unknown cost are counted. */
export function sumVolume(measured: readonly MeasuredItem[]): Volume {
  const kept = measured.map(({ artifacts }) => artifacts).filter((artifacts) => artifacts !== null);
  const costs = measured.map(({ cost }) => cost).filter((cost) => cost !== null);
  const known = costs.map(({ cost }) => cost).filter((cost) => cost !== null);
  return {
    runs: measured.filter(({ item }) => item.kind === 'run').length,
    loggedModels: measured.filter(({ item }) => item.kind === 'logged-model').length,
    samples: measured.reduce((sum, { samples }) => sum + samples, 0),
    artifactFiles: kept.reduce((sum, { files }) => sum + files, 0),
    artifactBytes: kept.reduce((sum, { bytes }) => sum + bytes, 0),
    artifactsElsewhere: measured.length - kept.length,
    costs: addMoney(known),
    runsOfUnknownCost: costs.length - known.length,
  };
}
