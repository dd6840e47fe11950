import { useNavigate } from '@tanstack/react-router';
import { DEFAULT_METRIC } from '../../../src/finops/billing/schema.ts';
import { METRICS } from '../format/metric.ts';
import { Choice } from '../parts/Choice.tsx';
import { Select } from '../parts/Select.tsx';
import costsStyles from './costs.module.css';
import type { CostsSearch } from './costs-search.ts';
import { DimensionSelect } from './DimensionSelect.tsx';
import { FilterBar } from './filters/FilterBar.tsx';
import type { Costs } from './use-costs.ts';

const VIEWS = [
  { value: 'summary', label: 'Summary' },
  { value: 'rows', label: 'Bill rows' },
] as const;

/** Controls of the costs: two dimensions, the metric, the filters; all of them are in the URL. */
export function CostsControls({ costs }: { readonly costs: Costs }) {
  const { search, dimensions, known, currency } = costs;
  const navigate = useNavigate({ from: '/costs' });
  const change = (changes: Partial<CostsSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...changes, row: undefined }), resetScroll: false });
  const group = (first: string | null, second: string | null) => {
    const by = [first, second].filter((dimension) => dimension !== null);
    change({ by: by.length === 0 ? undefined : [...new Set(by)] });
  };
  const [first = null, second = null] = dimensions;
  const currencies = known.data?.currencies ?? [];
  return (
    <div className={costsStyles.controls}>
      <div className={costsStyles.controlRow}>
        <div className={costsStyles.groupBy}>
          <span className={costsStyles.controlLabel}>Group by</span>
          <DimensionSelect
            label="Group by"
            value={first}
            dimensions={known.data}
            onChange={(value) => group(value, second)}
          />
          <span className={costsStyles.controlLabel}>and</span>
          <DimensionSelect
            label="And by"
            value={second}
            dimensions={known.data}
            optional
            onChange={(value) => group(first, value)}
          />
        </div>
        <Select
          label="Metric"
          hideLabel
          value={search.metric ?? DEFAULT_METRIC}
          options={METRICS}
          onChange={(value) => change({ metric: METRICS.find((metric) => metric.value === value)?.value })}
        />
        {currencies.length > 1 && (
          <Select
            label="Currency"
            hideLabel
            value={currency}
            options={currencies.map((value) => ({ value, label: value }))}
            onChange={(value) => change({ currency: value })}
          />
        )}
        <span className={costsStyles.push}>
          <Choice
            label="View"
            value={search.view ?? 'summary'}
            options={VIEWS}
            onChange={(value) => change({ view: value === 'rows' ? 'rows' : undefined })}
          />
        </span>
      </div>
      <FilterBar
        costs={costs}
        onChange={(filter) => change({ filter })}
        onDelivery={(delivery) => change({ delivery })}
      />
    </div>
  );
}
