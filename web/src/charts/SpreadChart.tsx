import { useCallback } from 'react';
import { Swatch } from '../parts/Swatch.tsx';
import styles from './charts.module.css';
import { EChart } from './EChart.tsx';
import { SIDES, type Spread, spreadOption } from './spread-option.ts';

interface SpreadChartProps {
  readonly spread: Spread;
  readonly label: string;
  readonly height: number;
}

/** Two distributions side by side, as shares of each. */
export function SpreadChart({ spread, label, height }: SpreadChartProps) {
  const option = useCallback(() => spreadOption(spread), [spread]);
  return (
    <div>
      <ul className={styles.legend} aria-label="Sides">
        {Object.values(SIDES).map(({ name, variable }) => (
          <li key={name} className={styles.legendName}>
            <Swatch variable={variable} />
            {name}
          </li>
        ))}
      </ul>
      <EChart option={option} label={label} height={height} />
    </div>
  );
}
