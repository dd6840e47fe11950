import type { PipelineRunSummary } from '../../../src/mlops/pipelines/schema.ts';
import type { TrendPoint } from '../charts/run-trend-option.ts';
import { formatMoney } from '../format/money.ts';
import { formatDuration } from '../runs/duration.ts';
import { tookMs } from './run-times.ts';

/** Most runs whose bars can be distinguished. */
const MOST_RUNS = 60;

export interface RunTrends {
  readonly cost: readonly TrendPoint[];
  readonly duration: readonly TrendPoint[];
  /** Of the costs that are drawn; null when no cost is known. */
  readonly currency: string | null;
}

/**
 * Cost and duration of the latest runs, oldest first. Active runs are left out. Costs in another currency than the
 * latest known one are not drawn; the point says so.
 */
export function buildTrends(runs: readonly PipelineRunSummary[]): RunTrends {
  const ended = runs.filter(({ endedAt }) => endedAt !== null).slice(0, MOST_RUNS);
  const currency = ended.find(({ cost }) => cost !== null)?.cost?.currency ?? null;
  const drawn = ended.toReversed();
  return {
    currency,
    cost: drawn.map((run) => ({
      ...toPoint(run),
      value: run.cost?.currency === currency ? Number(run.cost?.amount) : null,
      text: run.cost === null ? 'not known' : formatMoney(run.cost),
    })),
    duration: drawn.map((run) => {
      const took = tookMs(run, 0);
      return { ...toPoint(run), value: took, text: took === null ? 'not started' : formatDuration(took) };
    }),
  };
}

function toPoint({ number, state }: PipelineRunSummary): Pick<TrendPoint, 'id' | 'label' | 'state' | 'isWell'> {
  return { id: String(number), label: `#${number}`, state, isWell: state === 'succeeded' };
}
