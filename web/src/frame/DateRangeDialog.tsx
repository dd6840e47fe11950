import { formatMonth } from '../format/time.ts';
import { Dialog } from '../parts/Dialog.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import { DateRangeFields } from './DateRangeFields.tsx';
import styles from './date-range.module.css';
import { daysIn, findWholeMonth, rangeText } from './date-range.ts';
import { COMPARISON_LABELS, COMPARISONS, listComparisons } from './date-range-compare.ts';
import { listMonthChoices, presetsOn } from './date-range-presets.ts';
import type { RangePage } from './range-pages.ts';
import { useDateRange } from './use-date-range.ts';

const NONE = '';

interface DateRangeDialogProps {
  readonly page: RangePage;
  readonly onClose: () => void;
}

/** Presets, months, custom days and the comparison of the date range. Each choice applies immediately. */
export function DateRangeDialog({ page, onClose }: DateRangeDialogProps) {
  const { range, months, search, compared, choose, clear, compare, compareWith } = useDateRange(page);
  const today = new Date().toISOString().slice(0, 10);
  const thisMonth = today.slice(0, 7);
  const isCurrent = (from: string, to: string) => range?.from === from && range.to === to;
  const pick = (act: () => void) => {
    act();
    onClose();
  };
  return (
    <Dialog label="Date range" onClose={onClose} className={styles.dialog}>
      <div className={styles.body}>
        <div className={styles.presets}>
          {presetsOn(today).map((preset) => (
            <button
              key={preset.id}
              type="button"
              className={styles.preset}
              aria-pressed={isCurrent(preset.range.from, preset.range.to)}
              data-tip={rangeText(preset.range)}
              onClick={() => pick(() => choose(preset.range))}
            >
              {preset.label}
            </button>
          ))}
          <button
            type="button"
            className={styles.preset}
            aria-pressed={range === undefined}
            onClick={() => pick(clear)}
          >
            {page.unset === 'bill' ? 'All months' : page.unset}
          </button>
        </div>
        <div className={styles.custom}>
          <Select
            label="Month"
            value={findWholeMonth(range) ?? NONE}
            options={[
              { value: NONE, label: 'Choose a month' },
              ...listMonthChoices(today, months, range).map((value) => ({ value, label: formatMonth(value) })),
            ]}
            onChange={(month) => month !== NONE && choose({ from: month, to: month })}
          />
          <DateRangeFields
            label="Range"
            range={range ?? daysIn({ from: thisMonth, to: thisMonth })}
            onChange={choose}
          />
          {page.compares === true && range !== undefined && (
            <>
              <Select
                label="Compare with"
                value={search.compare ?? NONE}
                options={[
                  { value: NONE, label: 'No comparison' },
                  ...listComparisons(range).map((value) => ({ value, label: COMPARISON_LABELS[value] })),
                ]}
                onChange={(value) => compare(COMPARISONS.find((one) => one === value))}
              />
              {search.compare === 'custom' && compared !== undefined && (
                <DateRangeFields label="Compared with" range={compared} onChange={compareWith} />
              )}
              {compared !== undefined && search.compare !== 'custom' && (
                <p className={styles.note}>Compared with {rangeText(compared)}.</p>
              )}
            </>
          )}
          <p className={styles.note}>Days are in UTC; both ends belong to the range.</p>
          <button type="button" className={`${parts.button} ${styles.done}`} onClick={onClose}>
            Done
          </button>
        </div>
      </div>
    </Dialog>
  );
}
