import type { Check } from '../../../src/tradeoff/gates/schema.ts';
import styles from './beam.module.css';
import { beamText, sideState, tiltDegrees, type Verdict } from './tilt.ts';

interface BeamMarkProps {
  readonly verdict: Verdict;
  readonly checks: readonly Check[];
}

const ARM = 24;

/** The beam for tables: a circle for quality left, a square for cost right; hollow where a check does not hold. */
export function BeamMark({ verdict, checks }: BeamMarkProps) {
  const radians = (tiltDegrees(verdict) * Math.PI) / 180;
  const drop = Math.sin(radians) * ARM;
  const words = beamText(verdict, checks);
  const pickStyle = (side: Check['side']) => {
    const state = sideState(checks, side);
    return state.failing > 0 ? styles.fails : state.unknown > 0 ? styles.unknown : styles.holds;
  };
  return (
    <svg
      className={styles.mark}
      width="64"
      height="32"
      viewBox="0 0 64 32"
      role="img"
      aria-label={words}
      data-tip={words}
    >
      <path d="M32 9v17M26 26.5h12" className={styles.line} />
      <path d={`M${32 - ARM} ${9 - drop}L${32 + ARM} ${9 + drop}`} className={styles.line} />
      <circle cx={32 - ARM} cy={15 - drop} r="4.5" className={`${styles.quality} ${pickStyle('quality') ?? ''}`} />
      <rect
        x={32 + ARM - 4.5}
        y={10.5 + drop}
        width="9"
        height="9"
        rx="1"
        className={`${styles.cost} ${pickStyle('cost') ?? ''}`}
      />
    </svg>
  );
}
