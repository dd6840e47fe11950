import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { RunTrend } from '../charts/RunTrend.tsx';
import type { TrendPoint } from '../charts/run-trend-option.ts';
import { usePng } from '../charts/use-png.ts';
import { counted } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import parts from '../parts/parts.module.css';

interface TrendCardProps {
  readonly pipeline: string;
  /** The question that the bars answer. */
  readonly title: string;
  /** Name of the measure: "Cost". */
  readonly what: string;
  readonly points: readonly TrendPoint[];
  readonly variable: string;
  readonly axisText: (value: number) => string;
}

const HEIGHT = 180;

/** Cost or duration of a pipeline's runs: one bar for each run, which links to it. */
export function TrendCard({ pipeline, title, what, points, variable, axisText }: TrendCardProps) {
  const navigate = useNavigate();
  const { onChart, save } = usePng(`${pipeline}-${what.toLowerCase()}`);
  const hollow = points.filter(({ isWell }) => !isWell).length;
  const onPick = useCallback(
    (run: string) => void navigate({ to: '/pipelines/$pipeline/runs/$run', params: { pipeline, run } }),
    [navigate, pipeline],
  );
  return (
    <Card
      title={title}
      note={`The latest ${counted(points.length, 'run')} that ended${hollow === 0 ? '' : '; hollow: did not end well'}. A click opens the run.`}
      actions={
        <button type="button" className={parts.button} onClick={save}>
          PNG<span className="visually-hidden"> of {what.toLowerCase()} by run</span>
        </button>
      }
    >
      <RunTrend
        points={points}
        what={what}
        variable={variable}
        axisText={axisText}
        label={`${what} by run: ${points.map(({ label, text }) => `${label} ${text}`).join(', ')}`}
        height={HEIGHT}
        onPick={onPick}
        onChart={onChart}
      />
    </Card>
  );
}
