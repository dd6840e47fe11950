import { formatMeasure } from '../format/number.ts';
import parts from '../parts/parts.module.css';

interface MeasureWithIntervalProps {
  readonly value: { readonly estimate: number; readonly lower: number | null; readonly upper: number | null };
  /** A difference has its sign. */
  readonly isDifference?: boolean;
  readonly tip?: string;
}

/** A measured value with its interval: `0.3291 (0.3251 to 0.3331)`; an end that is not bounded is named so. */
export function MeasureWithInterval({ value, isDifference = false, tip }: MeasureWithIntervalProps) {
  const show = (figure: number | null) => {
    if (figure === null) return 'unbounded';
    return isDifference && figure > 0 ? `+${formatMeasure(figure)}` : formatMeasure(figure);
  };
  const { estimate, lower, upper } = value;
  return (
    <>
      <data value={estimate} data-tip={tip === undefined ? String(estimate) : `${estimate}; ${tip}`}>
        {show(estimate)}
      </data>
      {(lower !== null || upper !== null) && (
        <span className={parts.interval}>
          {' '}
          ({show(lower)} to {show(upper)})
        </span>
      )}
    </>
  );
}
