import { Select } from '../parts/Select.tsx';
import styles from './anomalies.module.css';
import type { AnomaliesSearch } from './anomalies-search.ts';

const OPTIONS = {
  state: {
    label: 'State',
    options: [
      { value: '', label: 'Any state' },
      { value: 'open', label: 'Ongoing' },
      { value: 'ended', label: 'Ended' },
      { value: 'restated', label: 'Restated' },
      { value: 'withdrawn', label: 'Withdrawn' },
    ],
  },
  direction: {
    label: 'Direction',
    options: [
      { value: '', label: 'Above and below' },
      { value: 'over', label: 'Above expected' },
      { value: 'under', label: 'Below expected' },
    ],
  },
  measure: {
    label: 'Measure',
    options: [
      { value: '', label: 'All measures' },
      { value: 'cost', label: 'Cost' },
      { value: 'quantity', label: 'Quantity' },
      { value: 'unit_cost', label: 'Unit cost' },
      { value: 'cost_per_1000_predictions', label: 'Cost per 1,000 predictions' },
      { value: 'gpu_idle_cost', label: 'Idle GPU cost' },
      { value: 'gpu_utilization', label: 'GPU utilization' },
    ],
  },
  feedback: {
    label: 'Verdict',
    options: [
      { value: '', label: 'Any verdict' },
      { value: 'none', label: 'No verdict yet' },
      { value: 'expected', label: 'Expected' },
      { value: 'planned', label: 'Planned' },
      { value: 'wrong', label: 'Wrong' },
    ],
  },
} as const;

interface AnomalyFiltersProps {
  readonly search: AnomaliesSearch;
  readonly onSearch: (next: AnomaliesSearch) => void;
}

/** Filters of the anomalies, stored in the URL. */
export function AnomalyFilters({ search, onSearch }: AnomalyFiltersProps) {
  return (
    <div className={styles.filters}>
      {(['state', 'direction', 'measure', 'feedback'] as const).map((name) => (
        <Select
          key={name}
          label={OPTIONS[name].label}
          hideLabel
          value={search[name] ?? ''}
          options={OPTIONS[name].options}
          onChange={(value) => onSearch({ [name]: value === '' ? undefined : value })}
        />
      ))}
    </div>
  );
}
