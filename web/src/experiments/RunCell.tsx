import type { Run } from '../../../src/mlops/runs/schema.ts';
import { formatMeasure } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { Instant } from '../parts/Instant.tsx';
import { LinkedText } from '../parts/LinkedText.tsx';
import { TagValue } from '../parts/TagValue.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { formatDuration } from '../runs/duration.ts';
import { StatusMark } from '../runs/StatusMark.tsx';
import { CostCell } from './CostCell.tsx';
import { columnKind } from './run-column.ts';

/** Cell of a run in one column. */
export function RunCell({ run, column }: { readonly run: Run; readonly column: string }) {
  const key = column.slice(column.indexOf('.') + 1);
  switch (columnKind(column)) {
    case 'metric':
      return <MetricCell run={run} metric={key} />;
    case 'param':
      return <TextCell text={run.params[key]} reason={`The run has no param ${key}.`} />;
    case 'tag':
      return (
        <TagValue name={run.tags[key] === undefined ? '' : key} tags={run.tags}>
          <TextCell text={run.tags[key]} reason={`The run has no tag ${key}.`} />
        </TagValue>
      );
    case 'cost':
      return <CostCell cost={run.cost} figure={key} />;
    default:
      return <OwnCell run={run} column={column} />;
  }
}

function OwnCell({ run, column }: { readonly run: Run; readonly column: string }) {
  if (column === 'status') return <StatusMark status={run.status} />;
  if (column === 'start_time') return <Instant at={run.startTime} />;
  if (column === 'run_id') return <LinkedText text={run.runId} />;
  if (run.endTime === null) return <Unknown reason="The run has not ended." />;
  return column === 'end_time' ? (
    <Instant at={run.endTime} />
  ) : (
    <data value={run.endTime} data-tip={`${formatInstant(run.startTime)} to ${formatInstant(run.endTime)}`}>
      {formatDuration(Date.parse(run.endTime) - Date.parse(run.startTime))}
    </data>
  );
}

function MetricCell({ run, metric }: { readonly run: Run; readonly metric: string }) {
  const value = Object.hasOwn(run.metrics, metric) ? run.metrics[metric] : undefined;
  if (value === undefined) return <Unknown reason={`The run has not logged ${metric}.`} />;
  if (value === null) return <span data-tip="Not a number (NaN) was logged last.">NaN</span>;
  return (
    <data value={String(value)} data-tip={`${metric} = ${value}`}>
      {formatMeasure(value)}
    </data>
  );
}

function TextCell({ text, reason }: { readonly text: string | undefined; readonly reason: string }) {
  if (text === undefined) return <Unknown reason={reason} />;
  return <span {...(text.length > 24 ? { 'data-tip': text.slice(0, 500) } : {})}>{text}</span>;
}
