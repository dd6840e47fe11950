import { useCallback, useMemo } from 'react';
import type { PipelineRunSummary } from '../../../src/mlops/pipelines/schema.ts';
import { axisMoney } from '../format/money.ts';
import { shortDuration } from '../runs/duration.ts';
import styles from './pipelines.module.css';
import { buildTrends } from './run-trend.ts';
import { TrendCard } from './TrendCard.tsx';

interface TrendsProps {
  readonly pipeline: string;
  /** Latest first. */
  readonly runs: readonly PipelineRunSummary[];
}

/** Cost and duration by run; renders nothing before the first run has ended. */
export function Trends({ pipeline, runs }: TrendsProps) {
  const { cost, duration, currency } = useMemo(() => buildTrends(runs), [runs]);
  const money = useCallback((value: number) => axisMoney(value, currency ?? 'USD'), [currency]);
  if (duration.length === 0) return null;
  return (
    <div className={styles.trends}>
      {currency !== null && (
        <TrendCard
          pipeline={pipeline}
          title="Cost by run"
          what="Cost"
          points={cost}
          variable="--cost-fill"
          axisText={money}
        />
      )}
      <TrendCard
        pipeline={pipeline}
        title="Duration by run"
        what="Duration"
        points={duration}
        variable="--ink-3"
        axisText={durationText}
      />
    </div>
  );
}

function durationText(ms: number): string {
  return ms === 0 ? '0' : shortDuration(ms);
}
