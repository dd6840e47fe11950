import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
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
        <SortableTable
          rows={entries}
          columns={[
            { head: head, by: (one) => one[0] },
            { head: 'Value', by: (one) => one[1] },
          ]}
          row={([key, value]) => (
            <tr key={key}>
              <th scope="row" className={styles.keyCell}>
                <code>{key}</code>
              </th>
              <td className={styles.value}>
                <LongText text={value} />
              </td>
            </tr>
          )}
        />
      )}
    </Card>
  );
}
