import styles from './tiles.module.css';
import type { Bar } from './trends.ts';

const WIDTH = 400;
const HEIGHT = 32;
/** Least height of a known bar: a small value differs from an unknown one. */
const LEAST = 1.5;

interface TrendBarsProps {
  /** Words of the trend, such as `ndcg@10 by day`. */
  readonly title: string;
  readonly figure: string;
  readonly bars: readonly Bar[];
  readonly colour: 'quality' | 'cost';
  /** Limit of the values, a line. */
  readonly limit?: number | undefined;
}

/** The trend of a tile: bars from zero, with a gap where nothing is known. */
export function TrendBars({ title, figure, bars, colour, limit }: TrendBarsProps) {
  const most = Math.max(...bars.map(({ value }) => value ?? 0), limit ?? 0) || 1;
  const slot = WIDTH / bars.length;
  const fill = `var(--${colour}-fill)`;
  return (
    <div className={styles.trend} data-testid="trend">
      <p className={styles.trendHead}>
        <span>{title}</span>
        <span className={styles.trendFigure}>{figure}</span>
      </p>
      <svg
        className={styles.trendBars}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: ${bars.map(({ tip }) => tip).join('; ')}`}
      >
        <rect x="0" y={HEIGHT - 1} width={WIDTH} height="1" fill="var(--line-strong)" />
        {bars.map(({ key, value, tip, isQuiet }, index) => {
          const height = value === null ? 0 : Math.max((Math.max(value, 0) / most) * HEIGHT, LEAST);
          return (
            <g key={key} data-tip={tip}>
              <rect x={index * slot} y="0" width={slot} height={HEIGHT} fill="transparent" />
              <rect
                x={index * slot + slot * 0.12}
                y={HEIGHT - height}
                width={slot * 0.76}
                height={height}
                fill={isQuiet ? 'var(--ink-3)' : fill}
                opacity={isQuiet ? 0.5 : 1}
              />
            </g>
          );
        })}
        {limit !== undefined && (
          <line
            x1="0"
            x2={WIDTH}
            y1={HEIGHT - (limit / most) * HEIGHT}
            y2={HEIGHT - (limit / most) * HEIGHT}
            stroke="var(--ink)"
            strokeDasharray="4 3"
            vectorEffect="non-scaling-stroke"
          />
        )}
      </svg>
    </div>
  );
}
