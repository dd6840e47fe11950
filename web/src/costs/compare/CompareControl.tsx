import { Select } from '../../parts/Select.tsx';
import type { CostsSearch } from '../costs-search.ts';
import { isByDay } from '../period/range.ts';
import type { CostPeriod } from '../use-cost-period.ts';
import { COMPARISONS } from './compared-ranges.ts';

const NONE = '';

interface CompareControlProps {
  readonly search: CostsSearch;
  readonly period: CostPeriod;
  readonly onChange: (changes: Partial<CostsSearch>) => void;
}

/** Selects the comparison for the period in view. */
export function CompareControl({ search, period, onChange }: CompareControlProps) {
  const { range } = period;
  const days = range !== undefined && isByDay(range) && search.from !== undefined;
  const options = [
    { value: NONE, label: 'Compare with…' },
    { value: 'before', label: days ? 'Previous days' : 'Previous period' },
    { value: 'sameDays', label: 'Same days last month' },
    { value: 'custom', label: 'Custom period…' },
  ];
  return (
    <Select
      label="Compare"
      hideLabel
      // One delivery has no comparison here; the page of deliveries compares two.
      disabled={search.delivery !== undefined || range === undefined}
      value={search.delivery === undefined ? (search.compare ?? NONE) : NONE}
      options={search.compare === undefined ? options : [{ value: NONE, label: 'No comparison' }, ...options.slice(1)]}
      onChange={(value) =>
        onChange({
          compare: COMPARISONS.find((one) => one === value),
          effect: undefined,
          beforeFrom: undefined,
          beforeTo: undefined,
        })
      }
    />
  );
}
