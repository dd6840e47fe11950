import type { Delivery } from '../../../src/finops/billing/schema.ts';
import { formatInstant, formatMonth } from '../format/time.ts';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import styles from './deliveries.module.css';
import type { CompareSearch } from './deliveries-search.ts';
import { shortId } from './history.ts';
import { listPeriods } from './period-series.ts';
import { STANDING_LABELS } from './standing-label.ts';

const NONE = '';

interface CompareControlsProps {
  readonly entries: readonly Delivery[];
  readonly search: CompareSearch;
  readonly onChange: (changes: Partial<CompareSearch>) => void;
}

/** Selects the two deliveries and the month, with a button that swaps them. */
export function CompareControls({ entries, search, onChange }: CompareControlsProps) {
  const { a, b, month } = search;
  const ofMonth = entries.filter(({ period }) => period !== null && (month === undefined || period === month));
  const deliveries = [...new Map(ofMonth.map((entry) => [entry.delivery, entry])).values()];
  const options = (chosen: string | undefined) => [
    ...(chosen === undefined ? [{ value: NONE, label: 'Choose a delivery' }] : []),
    ...(chosen === undefined || deliveries.some(({ delivery }) => delivery === chosen)
      ? []
      : [{ value: chosen, label: shortId(chosen) }]),
    ...deliveries.map((entry) => ({ value: entry.delivery, label: formatLabel(entry) })),
  ];
  return (
    <div className={styles.controls}>
      <Select
        label="Period"
        value={month ?? NONE}
        options={[
          ...(month === undefined ? [{ value: NONE, label: 'Any' }] : []),
          ...listPeriods(entries)
            .reverse()
            .map((value) => ({ value, label: formatMonth(value) })),
        ]}
        onChange={(value) => onChange({ month: value || undefined, a: undefined, b: undefined })}
      />
      <Select
        label="Before"
        value={a ?? NONE}
        options={options(a)}
        onChange={(value) => onChange({ a: value || undefined })}
      />
      <Select
        label="After"
        value={b ?? NONE}
        options={options(b)}
        onChange={(value) => onChange({ b: value || undefined })}
      />
      {a !== undefined && b !== undefined && (
        <button type="button" className={parts.button} onClick={() => onChange({ a: b, b: a })}>
          Swap
        </button>
      )}
    </div>
  );
}

function formatLabel(entry: Delivery): string {
  return `${entry.source}, ${formatInstant(entry.receivedAt)} · ${STANDING_LABELS[entry.standing]} · ${shortId(entry.delivery)}`;
}
