import { useNavigate, useSearch } from '@tanstack/react-router';
import { formatMonth } from '../../format/time.ts';
import { useScope } from '../../frame/use-scope.ts';
import parts from '../../parts/parts.module.css';
import { givenRange } from '../cost-query.ts';
import { presetsOn } from './presets.ts';
import { type CostRange, daysIn, rangeText } from './range.ts';

const CUSTOM = 'custom';
const GIVEN = 'given';

/** Period of the costs, stored in the URL: a month, a named period, or custom days and months. */
export function CostsPeriodSelect() {
  const { months, month, ready } = useScope();
  const search = useSearch({ from: '/costs' });
  const navigate = useNavigate({ from: '/costs' });
  const given = givenRange(search.from, search.to);
  const presets = presetsOn(new Date().toISOString().slice(0, 10));
  const known = month === undefined || months.includes(month) ? months : [...months, month];
  const goTo = (range: CostRange | undefined, period = search.period) =>
    void navigate({
      search: (before) => ({ ...before, period, from: range?.from, to: range?.to, row: undefined }),
      resetScroll: false,
    });
  const choose = (value: string) => {
    const preset = presets.find(({ id }) => id === value);
    const newest = month ?? months.at(-1) ?? '';
    if (preset !== undefined) goTo(preset.range);
    else if (value === CUSTOM) goTo(given ?? daysIn({ from: newest, to: newest }));
    else goTo(undefined, value as typeof search.period);
  };
  return (
    <span className={parts.field}>
      <span className={parts.selectBox}>
        <select
          className={parts.select}
          aria-label="Period"
          value={given === undefined ? (search.period ?? month ?? 'all') : GIVEN}
          disabled={!ready || months.length === 0}
          onChange={(event) => choose(event.target.value)}
        >
          {given !== undefined && <option value={GIVEN}>{rangeText(given)}</option>}
          <optgroup label="Periods">
            {presets.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
            <option value="all">All months</option>
            <option value={CUSTOM}>Custom days or months…</option>
          </optgroup>
          <optgroup label="Billing months">
            {[...known].reverse().map((value) => (
              <option key={value} value={value}>
                {formatMonth(value)}
              </option>
            ))}
          </optgroup>
        </select>
        <svg className={parts.chevron} width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" fill="none">
          <path d="M3 4.5l3 3 3-3" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" />
        </svg>
      </span>
    </span>
  );
}
