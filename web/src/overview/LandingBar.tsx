import type { LedgerForecast } from '../../../src/finops/forecasts/schema.ts';
import styles from './tiles.module.css';

const WIDTH = 400;

/** Known cost, forecast interval and budget of a month on one scale from zero. The figures are next to it. */
export function LandingBar({ forecast: { known, forecast, breach } }: { readonly forecast: LedgerForecast }) {
  if (forecast === null) return null;
  const [low, high, mean] = [forecast.lo80, forecast.hi80, forecast.mean].map(Number) as [number, number, number];
  const limit = breach === null ? null : Number(breach.limit);
  const most = Math.max(high, limit ?? 0) * 1.04 || 1;
  const at = (amount: number) => (Math.max(amount, 0) / most) * WIDTH;
  return (
    <svg className={styles.bar} viewBox={`0 0 ${WIDTH} 20`} preserveAspectRatio="none" aria-hidden="true">
      <rect x="0" y="6" width={WIDTH} height="8" fill="var(--selected)" />
      <rect x="0" y="6" width={at(Number(known ?? 0))} height="8" fill="var(--cost-fill)" />
      <rect
        x={at(low)}
        y="6"
        width={Math.max(at(high) - at(low), 1)}
        height="8"
        fill="var(--cost-fill)"
        opacity="0.35"
      />
      <rect x={at(mean) - 1} y="3" width="2" height="14" fill="var(--cost)" />
      {limit !== null && <rect x={at(limit) - 1} y="0" width="2" height="20" fill="var(--ink)" />}
    </svg>
  );
}
