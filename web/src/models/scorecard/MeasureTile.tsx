import { Link } from '@tanstack/react-router';
import type { ModelScorecard } from '../../../../src/tradeoff/scorecards/schema.ts';
import parts from '../../parts/parts.module.css';
import { Unknown } from '../../parts/Unknown.tsx';
import { StatusMark } from './StatusMark.tsx';
import styles from './scorecard.module.css';
import { TrendMark } from './TrendMark.tsx';
import {
  BASIS_WORDS,
  detailText,
  figureText,
  intervalText,
  MEASURE_NAMES,
  type MeasureName,
  targetText,
} from './words.ts';

interface MeasureTileProps {
  readonly name: MeasureName;
  readonly scorecard: ModelScorecard;
}

const COST_SIDE: readonly MeasureName[] = ['cost', 'gpu', 'roi'];

/** One measure of the scorecard: figure with basis, change, target and status. */
export function MeasureTile({ name, scorecard }: MeasureTileProps) {
  const measure = scorecard[name];
  const figure = figureText(name, scorecard);
  const interval = intervalText(name, measure);
  const detail = detailText(name, scorecard);
  const basis = BASIS_WORDS[measure.basis ?? ''];
  const side = COST_SIDE.includes(name) ? styles.costSide : styles.qualitySide;
  return (
    <section className={`${styles.tile} ${side}`} aria-label={MEASURE_NAMES[name]}>
      <header className={styles.tileHead}>
        <h3>{MEASURE_NAMES[name]}</h3>
        <StatusMark status={measure.status} reason={measure.statusReason} />
      </header>
      <p className={styles.big}>
        {figure === null ? (
          <Unknown reason={measure.reason ?? 'The figure is unknown.'} />
        ) : (
          <data value={String(measure.value)} data-tip={`${measure.value} ${measure.unit}`}>
            {figure}
          </data>
        )}
        {interval !== null && <span className={styles.range}> ({interval})</span>}
      </p>
      <p className={styles.fact}>
        {figure === null ? (measure.reason ?? 'The figure is unknown.') : [detail, basis].filter(Boolean).join('; ')}
      </p>
      <p className={styles.fact}>
        <TrendMark name={name} measure={measure} />
      </p>
      <footer className={styles.tileFoot}>
        <span>{targetText(name, measure)}</span>
        <SourceLink name={name} scorecard={scorecard} />
      </footer>
    </section>
  );
}

/** The page with the rows behind a measure. */
function SourceLink({ name, scorecard: { model, quality, drift } }: MeasureTileProps) {
  const monitor = quality.monitor ?? drift.monitor;
  if (name === 'cost' || name === 'roi') {
    return (
      <Link to="/returns/$model" params={{ model }} className={parts.textLink}>
        Returns
      </Link>
    );
  }
  if (name === 'gpu') {
    return (
      <Link to="/gpus" className={parts.textLink}>
        GPUs
      </Link>
    );
  }
  if (monitor === null) return null;
  return (
    <Link to="/monitoring/$monitor" params={{ monitor }} className={parts.textLink}>
      Monitor {monitor}
    </Link>
  );
}
