import { formatMeasure } from '../format/number.ts';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import styles from './models.module.css';

/** Latest value of each metric of the version, by name. */
export function VersionMetrics({ metrics }: { readonly metrics: Readonly<Record<string, number | null>> }) {
  const names = Object.keys(metrics).toSorted();
  if (names.length === 0) {
    return (
      <EmptyState
        shows="Every metric of its logged model or its run."
        why="None was logged. mlflow.log_metric in the run that makes the model adds them."
      />
    );
  }
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col" className={`${table.number} ${styles.qualityHead}`}>
            Latest
          </th>
        </tr>
      </thead>
      <tbody>
        {names.map((name) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className={table.number}>
              <Measure value={metrics[name] ?? null} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Measure({ value }: { readonly value: number | null }) {
  if (value === null) return <Unknown reason="The client logged NaN." />;
  return (
    <data value={value} data-tip={String(value)}>
      {formatMeasure(value)}
    </data>
  );
}
