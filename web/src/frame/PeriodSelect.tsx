import { useNavigate, useSearch } from '@tanstack/react-router';
import { formatMonth } from '../format/time.ts';
import { Select } from '../parts/Select.tsx';
import { useScope } from './use-scope.ts';

/** The month in view, in the address. */
export function PeriodSelect() {
  const { months, month, ready } = useScope();
  const { period } = useSearch({ from: '__root__' });
  const navigate = useNavigate();
  const known = month === undefined || months.includes(month) ? months : [...months, month];
  const options = [
    ...[...known].reverse().map((value) => ({ value, label: formatMonth(value) })),
    { value: 'all', label: 'All months' },
  ];
  return (
    <Select
      label="Period"
      hideLabel
      disabled={!ready || months.length === 0}
      value={period ?? month ?? 'all'}
      options={options}
      onChange={(value) =>
        void navigate({ to: '.', search: (before) => ({ ...before, period: value as typeof period }) })
      }
    />
  );
}
