import { useMemo } from 'react';
import { RunScatter } from '../charts/RunScatter.tsx';
import { usePng } from '../charts/use-png.ts';
import { toCsv } from '../format/csv.ts';
import { counted } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { Choice } from '../parts/Choice.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import { describeColumn } from './describe-column.ts';
import { RunColumnsTable } from './RunColumnsTable.tsx';
import { findBetterDirection } from './run-columns.ts';
import styles from './runs.module.css';
import { computeLogDomain, scatterPoints } from './scatter-points.ts';
import type { Compare } from './use-compare.ts';

const HEIGHT = 360;
const WAYS = [
  { value: 'higher', label: 'Up is better' },
  { value: 'lower', label: 'Down is better' },
] as const;

/** Any figure of the runs against any other; initially quality against cost, with the Pareto-optimal runs. */
export function ScatterCard({ compare }: { readonly compare: Compare }) {
  const { search, visible, columns, metric, currency, change } = compare;
  const png = usePng('runs-scatter');
  const numeric = columns.filter((column) => column.numeric);
  const find = (id: string | undefined) => numeric.find((column) => column.id === id);
  const x = find(search.x) ?? find('cost.total') ?? find('durationMs') ?? numeric[0];
  const y = find(search.y) ?? find(`metrics.${metric}`) ?? numeric.at(-1);
  const better = search.better ?? findBetterDirection(y?.id ?? '');
  const points = useMemo(
    () => (x === undefined || y === undefined ? [] : scatterPoints(visible, x.id, y.id, better, currency)),
    [visible, x, y, better, currency],
  );
  const asTable = search.scatter === 'table';
  const logDomain = x?.kind === 'cost' ? computeLogDomain(points.map((point) => point.x)) : null;
  const front = points.filter((point) => point.front);
  const missing = visible.length - points.length;
  const options = numeric.map(({ id, label, kind }) => ({
    value: id,
    label: kind === 'param' ? `param ${label}` : label,
  }));
  if (x === undefined || y === undefined) {
    return (
      <Card title="Quality against cost">
        <EmptyState shows="Each run by two of its figures." why="The runs have no figure in common yet." />
      </Card>
    );
  }
  return (
    <Card
      title={x.kind === 'cost' && y.kind === 'metric' ? 'Quality against cost' : `${y.label} against ${x.label}`}
      note={`Diamonds on the dashed line: ${counted(front.length, 'run')} without a better run on both axes.${logDomain === null ? '' : ' The cost axis is logarithmic.'}${missing === 0 ? '' : ` Not shown, without a figure: ${counted(missing, 'run')}.`}`}
      actions={
        <>
          <button
            type="button"
            className={parts.button}
            aria-pressed={asTable}
            onClick={() => change({ scatter: asTable ? undefined : 'table' })}
          >
            {asTable ? 'Chart' : 'Table'}
            <span className="visually-hidden"> of the scatter</span>
          </button>
          <CsvButton
            name="runs-scatter"
            what="the scatter"
            text={() =>
              toCsv(
                ['run_id', 'run', x.id, y.id, 'front'],
                points.map((point) => [
                  point.id,
                  point.name,
                  String(point.x),
                  String(point.y),
                  point.front ? 'yes' : 'no',
                ]),
              )
            }
          />
          {!asTable && (
            <button type="button" className={parts.button} onClick={png.save}>
              PNG<span className="visually-hidden"> of the scatter</span>
            </button>
          )}
        </>
      }
    >
      <div className={styles.controls} style={{ marginBottom: 12 }}>
        <Select label="Y axis" value={y.id} options={options} onChange={(id) => change({ y: id, better: undefined })} />
        <Select label="X axis" value={x.id} options={options} onChange={(id) => change({ x: id })} />
        <Choice label="Better direction" value={better} options={WAYS} onChange={(way) => change({ better: way })} />
      </div>
      {asTable ? (
        <RunColumnsTable label="Runs of the scatter" runs={visible} columns={[y, x]} currency={currency} />
      ) : points.length === 0 ? (
        <EmptyState
          shows="Each run by two of its figures."
          why={`None of these runs has both ${x.label} and ${y.label}.`}
        />
      ) : (
        <RunScatter
          data={{ x: { ...describeColumn(x, currency), logDomain }, y: describeColumn(y, currency), points }}
          height={HEIGHT}
          onChart={png.onChart}
          label={`Scatter of ${points.length} runs: ${y.label} against ${x.label}. The table has the figures.`}
        />
      )}
    </Card>
  );
}
