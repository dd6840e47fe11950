import { formatMetricName } from '../format/metric-name.ts';
import { Select } from '../parts/Select.tsx';
import styles from './experiments.module.css';
import type { ExperimentsSearch } from './experiments-search.ts';

interface ExperimentFiltersProps {
  readonly search: ExperimentsSearch;
  readonly metrics: readonly string[];
  /** Metric that is shown until another is chosen; undefined: none is logged. */
  readonly usual: string | undefined;
  readonly onChange: (next: Partial<ExperimentsSearch>) => void;
}

const NONE = '';

/** By name and stage, and which metric's best value is shown. */
export function ExperimentFilters({ search, metrics, usual, onChange }: ExperimentFiltersProps) {
  const { name, view, metric, goal } = search;
  const listed = metric === undefined || metrics.includes(metric) ? metrics : [...metrics, metric];
  return (
    <div className={styles.filters}>
      <input
        type="search"
        className={styles.nameField}
        aria-label="Find an experiment by name"
        placeholder="Find an experiment by name"
        value={name ?? ''}
        onChange={(event) => onChange({ name: event.target.value === '' ? undefined : event.target.value })}
      />
      <Select
        label="Best value of"
        value={metric ?? NONE}
        options={[
          { value: NONE, label: usual === undefined ? 'no metric' : formatMetricName(usual) },
          ...listed.filter((one) => one !== usual).map((value) => ({ value, label: formatMetricName(value) })),
        ]}
        onChange={(value) => onChange({ metric: value === NONE ? undefined : value })}
      />
      {metric !== undefined && (
        <Select
          label="The best is"
          value={goal ?? 'highest'}
          options={[
            { value: 'highest', label: 'the highest' },
            { value: 'lowest', label: 'the lowest' },
          ]}
          onChange={(value) => onChange({ goal: value === 'lowest' ? 'lowest' : undefined })}
        />
      )}
      <Select
        label="Show"
        hideLabel
        value={view ?? NONE}
        options={[
          { value: NONE, label: 'Active experiments' },
          { value: 'deleted', label: 'Deleted experiments' },
        ]}
        onChange={(value) => onChange({ view: value === 'deleted' ? 'deleted' : undefined })}
      />
    </div>
  );
}
