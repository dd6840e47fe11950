import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import table from '../table/table.module.css';
import { LongText } from './LongText.tsx';
import styles from './runs.module.css';

interface KeyValuesProps {
  readonly title: string;
  readonly shows: string;
  readonly why: string;
  readonly head: string;
  readonly values: Readonly<Record<string, string>>;
}

/** Names with their texts, as they were logged. */
export function KeyValues({ title, shows, why, head, values }: KeyValuesProps) {
  const entries = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <Card title={title} flush>
      {entries.length === 0 ? (
        <EmptyState shows={shows} why={why} />
      ) : (
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{head}</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            {entries.map(([key, value]) => (
              <tr key={key}>
                <th scope="row" className={styles.keyCell}>
                  <code>{key}</code>
                </th>
                <td className={styles.value}>
                  <LongText text={value} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
