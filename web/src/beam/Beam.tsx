import { useEffect, useState } from 'react';
import type { Check } from '../../../src/tradeoff/gates/schema.ts';
import styles from './beam.module.css';
import { Pan } from './Pan.tsx';
import { beamText, tiltDegrees, type Verdict } from './tilt.ts';
import { VerdictScale } from './VerdictScale.tsx';

interface BeamProps {
  readonly verdict: Verdict;
  readonly checks: readonly Check[];
}

const PIVOT = { x: 240, y: 112 };
const ARM = 156;

/**
 * The beam of a decision: one weight for each check, quality left and cost right, tilted to the verdict. It starts
 * level and tilts once; with reduced motion it is drawn in its final state.
 */
export function Beam({ verdict, checks }: BeamProps) {
  const [tilt, setTilt] = useState(0);
  useEffect(() => {
    const frame = requestAnimationFrame(() => setTilt(tiltDegrees(verdict)));
    return () => cancelAnimationFrame(frame);
  }, [verdict]);
  const side = (name: Check['side']) => checks.filter((check) => check.side === name);
  return (
    <svg className={styles.beam} viewBox="0 0 480 344" role="img" aria-label={beamText(verdict, checks)}>
      <VerdictScale verdict={verdict} pivot={PIVOT} />
      <path d={`M${PIVOT.x} ${PIVOT.y}V318`} className={styles.post} />
      <path d="M184 320h112" className={styles.post} />
      <g
        className={styles.turning}
        style={{ transform: `rotate(${tilt}deg)`, transformOrigin: `${PIVOT.x}px ${PIVOT.y}px` }}
      >
        <path d={`M${PIVOT.x - ARM} ${PIVOT.y}h${ARM * 2}`} className={styles.arm} />
        <path d={`M${PIVOT.x} ${PIVOT.y}V46`} className={styles.needle} />
        <Pan side="quality" checks={side('quality')} x={PIVOT.x - ARM} y={PIVOT.y} tilt={tilt} />
        <Pan side="cost" checks={side('cost')} x={PIVOT.x + ARM} y={PIVOT.y} tilt={tilt} />
      </g>
      <circle cx={PIVOT.x} cy={PIVOT.y} r="7" className={styles.pivot} />
    </svg>
  );
}
