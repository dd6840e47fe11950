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
      { value: 'merged', label: 'Part of another' },
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
      { value: 'wrong', label: 'Not an anomaly' },
    ],
  },
} as const;

const IMPACTS = [
  { value: '100', label: '100 or more' },
  { value: '1000', label: '1,000 or more' },
  { value: '10000', label: '10,000 or more' },
  { value: 'all', label: 'Any impact' },
] as const;

interface AnomalyFiltersProps {
  /** Owners of the listed anomalies. */
  readonly owners: readonly string[];
  readonly minImpactPercent: number;
  readonly search: AnomaliesSearch;
  readonly onSearch: (next: AnomaliesSearch) => void;
}

/** Filters of the anomalies, stored in the URL. */
export function AnomalyFilters({ owners, minImpactPercent, search, onSearch }: AnomalyFiltersProps) {
  const named = [...new Set([...owners, search.owner ?? 'none'])].filter((name) => name !== 'none');
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
      <Select
        label="Owner"
        hideLabel
        value={search.owner ?? ''}
        options={[
          { value: '', label: 'All owners' },
          { value: 'none', label: 'No owner' },
          ...named.map((name) => ({ value: name, label: name })),
        ]}
        onChange={(value) => onSearch({ owner: value === '' ? undefined : value })}
      />
      <Select
        label="Minimum impact"
        hideLabel
        value={search.impact ?? ''}
        options={[{ value: '', label: `${minImpactPercent} % of the spend or more` }, ...IMPACTS]}
        onChange={(value) => onSearch({ impact: IMPACTS.find((one) => one.value === value)?.value })}
      />
    </div>
  );
}
