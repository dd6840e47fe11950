import styles from './beam.module.css';
import { tiltDegrees, type Verdict } from './tilt.ts';

interface VerdictScaleProps {
  readonly verdict: Verdict;
  readonly pivot: { readonly x: number; readonly y: number };
}

const RADIUS = 74;
const LABELS: readonly {
  readonly verdict: Verdict;
  readonly anchor: 'start' | 'middle' | 'end';
  readonly dx: number;
}[] = [
  { verdict: 'promote', anchor: 'end', dx: -8 },
  { verdict: 'hold', anchor: 'middle', dx: 0 },
  { verdict: 'reject', anchor: 'start', dx: 8 },
];

/** The scale behind the needle with its labels: promote, hold, reject. */
export function VerdictScale({ verdict, pivot }: VerdictScaleProps) {
  return LABELS.map((label) => {
    const radians = (tiltDegrees(label.verdict) * Math.PI) / 180;
    const at = (radius: number) => `${pivot.x + Math.sin(radians) * radius} ${pivot.y - Math.cos(radians) * radius}`;
    const [x = 0, y = 0] = at(RADIUS + 14)
      .split(' ')
      .map(Number);
    return (
      <g key={label.verdict} className={label.verdict === verdict ? styles.given : styles.notGiven}>
        <path d={`M${at(RADIUS)}L${at(RADIUS + 8)}`} className={styles.tick} />
        <text x={x + label.dx} y={label.anchor === 'middle' ? y - 2 : y + 6} textAnchor={label.anchor}>
          {label.verdict}
        </text>
      </g>
    );
  });
}
