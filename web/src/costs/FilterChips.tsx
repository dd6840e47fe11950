import { dimensionLabel, dimensionValue } from '../format/dimension.ts';
import { formatDay, formatMonth } from '../format/time.ts';
import { splitFilter } from './cost-query.ts';
import styles from './costs.module.css';

interface FilterChipsProps {
  readonly filters: readonly string[];
  readonly onChange: (filters: string[] | undefined) => void;
}

/** The filters in force, each of which can be taken away. */
export function FilterChips({ filters, onChange }: FilterChipsProps) {
  if (filters.length === 0) return null;
  const without = (filter: string) => {
    const rest = filters.filter((one) => one !== filter);
    onChange(rest.length === 0 ? undefined : rest);
  };
  return (
    <ul className={styles.chips} aria-label="Filters">
      {filters.map((filter) => (
        <li key={filter} className={styles.chip}>
          <span>{filterText(filter)}</span>
          <button
            type="button"
            className={styles.chipRemove}
            aria-label={`Remove the filter ${filterText(filter)}`}
            onClick={() => without(filter)}
          >
            ×
          </button>
        </li>
      ))}
      <li>
        <button type="button" className={styles.clear} onClick={() => onChange(undefined)}>
          Clear all
        </button>
      </li>
    </ul>
  );
}

/** `serviceName=Amazon Bedrock` -> `Service is Amazon Bedrock`. */
function filterText(filter: string): string {
  const { dimension, value } = splitFilter(filter);
  const shown =
    value !== null && dimension === 'day'
      ? formatDay(value)
      : value !== null && dimension === 'month'
        ? formatMonth(value)
        : dimensionValue(dimension, value);
  return `${dimensionLabel(dimension)} is ${shown}`;
}
