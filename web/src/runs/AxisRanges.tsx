import type { ParallelAxis } from '../charts/parallel-option.ts';
import type { Brush } from './brush.ts';
import styles from './runs.module.css';

interface AxisRangesProps {
  readonly axes: readonly ParallelAxis[];
  readonly brushes: readonly Brush[];
  readonly onBrush: (column: string, range: { readonly from: number; readonly to: number } | null) => void;
}

/** The same as dragging along an axis, for the keyboard: the least and the greatest value of each. */
export function AxisRanges({ axes, brushes, onBrush }: AxisRangesProps) {
  return (
    <details>
      <summary className={styles.more}>Limit axes to ranges</summary>
      <div className={styles.ranges}>
        {axes
          .filter(({ categories }) => categories === null)
          .map(({ id, label }) => {
            const brush = brushes.find(({ column }) => column === id);
            const set = (side: 'from' | 'to', text: string) => {
              const ends = { from: brush?.from ?? -1e300, to: brush?.to ?? 1e300, [side]: Number(text) };
              if (text === '') ends[side] = side === 'from' ? -1e300 : 1e300;
              if (!Number.isFinite(ends[side]) || ends.from > ends.to) return;
              onBrush(id, ends.from <= -1e300 && ends.to >= 1e300 ? null : ends);
            };
            return (
              <fieldset key={`${id} ${brush?.from} ${brush?.to}`} className={styles.range}>
                <legend>{label}</legend>
                <End
                  label={`${label} at least`}
                  value={brush?.from}
                  hint="at least"
                  onSet={(text) => set('from', text)}
                />
                <End label={`${label} at most`} value={brush?.to} hint="at most" onSet={(text) => set('to', text)} />
              </fieldset>
            );
          })}
      </div>
    </details>
  );
}

interface EndProps {
  readonly label: string;
  readonly hint: string;
  readonly value: number | undefined;
  readonly onSet: (text: string) => void;
}

function End({ label, hint, value, onSet }: EndProps) {
  const open = value === undefined || Math.abs(value) >= 1e300;
  return (
    <input
      className={styles.input}
      aria-label={label}
      placeholder={hint}
      inputMode="decimal"
      defaultValue={open ? '' : String(value)}
      onBlur={(event) => {
        if (event.target.value !== (open ? '' : String(value))) onSet(event.target.value.trim());
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onSet(event.currentTarget.value.trim());
      }}
    />
  );
}
