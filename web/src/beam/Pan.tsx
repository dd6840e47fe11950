import type { Check } from '../../../src/tradeoff/gates/schema.ts';
import styles from './beam.module.css';
import { sideState, sideText } from './tilt.ts';
import { Weight } from './Weight.tsx';

interface PanProps {
  readonly side: Check['side'];
  readonly checks: readonly Check[];
  /** Horizontal position on the level beam. */
  readonly x: number;
  readonly y: number;
  /** Degrees that the beam is turned by; the pan turns back, so that it hangs straight down. */
  readonly tilt: number;
}

const DROP = 112;
const HALF = 70;
const PER_ROW = 4;
const STEP = 36;

/** One pan with a weight for each check of its side. */
export function Pan({ side, checks, x, y, tilt }: PanProps) {
  const floor = y + DROP;
  const place = (index: number) => {
    const row = Math.floor(index / PER_ROW);
    const inRow = Math.min(PER_ROW, checks.length - row * PER_ROW);
    return { x: x + ((index % PER_ROW) - (inRow - 1) / 2) * STEP, y: floor - 16 - row * STEP };
  };
  return (
    <g className={styles.turning} style={{ transform: `rotate(${-tilt}deg)`, transformOrigin: `${x}px ${y}px` }}>
      <path d={`M${x - HALF} ${floor}L${x} ${y}L${x + HALF} ${floor}`} className={styles.cord} />
      <path
        d={`M${x - HALF - 6} ${floor}h${HALF * 2 + 12}q-10 14 -36 14h-${HALF * 2 - 60}q-26 0 -36 -14z`}
        className={styles.dish}
      />
      {checks.map((check, index) => (
        <Weight key={check.name} side={side} holds={check.holds} number={index + 1} {...place(index)} />
      ))}
      <circle cx={x} cy={y} r="3.5" className={styles.hook} />
      <text
        x={x}
        y={floor + 38}
        textAnchor="middle"
        className={side === 'quality' ? styles.qualityText : styles.costText}
      >
        {side === 'quality' ? 'Quality' : 'Cost'}
      </text>
      <text x={x} y={floor + 56} textAnchor="middle" className={styles.count}>
        {sideText(sideState(checks, side))}
      </text>
    </g>
  );
}
