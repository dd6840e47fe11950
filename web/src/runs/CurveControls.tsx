import { Choice } from '../parts/Choice.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import styles from './runs.module.css';
import type { CurvesSearch } from './runs-search.ts';

interface CurveControlsProps {
  readonly view: CurvesSearch;
  readonly onView: (change: Partial<CurvesSearch>) => void;
}

const AXES = [
  { value: 'step', label: 'Step' },
  { value: 'time', label: 'Time' },
  { value: 'relative', label: 'Since start' },
] as const;
const SCALES = [
  { value: 'linear', label: 'Linear' },
  { value: 'log', label: 'Log' },
] as const;
const WEIGHTS = ['0', '0.3', '0.6', '0.8', '0.9', '0.95', '0.99'];

/** How all curves of the page are drawn. */
export function CurveControls({ view, onView }: CurveControlsProps) {
  const weight = String(view.smooth ?? 0);
  const weights = WEIGHTS.includes(weight) ? WEIGHTS : [...WEIGHTS, weight].sort();
  return (
    <div className={styles.controls}>
      <Choice
        label="X axis"
        value={view.axis ?? 'step'}
        options={AXES}
        onChange={(axis) => onView({ axis: axis === 'step' ? undefined : axis, start: undefined, end: undefined })}
      />
      <Choice
        label="Scale"
        value={view.scale ?? 'linear'}
        options={SCALES}
        onChange={(scale) => onView({ scale: scale === 'log' ? scale : undefined })}
      />
      <Select
        label="Smoothing"
        value={weight}
        options={weights.map((value) => ({ value, label: value === '0' ? 'none' : `average, ${value}` }))}
        onChange={(value) => onView({ smooth: value === '0' ? undefined : Number(value) })}
      />
      {(view.start !== undefined || view.end !== undefined) && (
        <button type="button" className={parts.button} onClick={() => onView({ start: undefined, end: undefined })}>
          Show the whole axis
        </button>
      )}
    </div>
  );
}
