import type { ModelScorecard } from '../../../../src/tradeoff/scorecards/schema.ts';
import { Unknown } from '../../parts/Unknown.tsx';
import table from '../../table/table.module.css';
import { StatusMark } from './StatusMark.tsx';
import styles from './scorecard.module.css';
import { TrendMark } from './TrendMark.tsx';
import { BASIS_WORDS, detailText, figureText, intervalText, MEASURE_NAMES, type MeasureName } from './words.ts';

interface MeasureCellProps {
  readonly name: MeasureName;
  readonly scorecard: ModelScorecard;
  /** Best of the comparable figures of the table. */
  readonly isBest: boolean;
}

/** One measure in the table of models: figure, second figure, change and status. */
export function MeasureCell({ name, scorecard, isBest }: MeasureCellProps) {
  const measure = scorecard[name];
  const figure = figureText(name, scorecard);
  if (figure === null) {
    return (
      <td className={table.number} data-label={MEASURE_NAMES[name]}>
        <Unknown reason={measure.reason ?? 'The figure is unknown.'} />
      </td>
    );
  }
  const interval = intervalText(name, measure);
  const tip = [
    `${measure.value} ${measure.unit}`,
    ...(interval === null ? [] : [`95 % interval ${interval}`]),
    BASIS_WORDS[measure.basis ?? ''] ?? '',
    ...(measure.reason === null ? [] : [measure.reason]),
  ];
  const detail = [detailText(name, scorecard) ?? '', ...(name === 'quality' ? [measure.basis] : [])].join(' ').trim();
  return (
    <td className={`${table.number} ${styles.measure}`} data-label={MEASURE_NAMES[name]}>
      <span className={styles.line}>
        {measure.status !== 'unknown' && <StatusMark status={measure.status} reason={measure.statusReason} short />}
        <data value={String(measure.value)} data-tip={tip.join('; ')} className={isBest ? styles.best : undefined}>
          {figure}
        </data>
        {isBest && <span className={styles.bestWord}>best</span>}
      </span>
      {detail !== '' && <span className={styles.sub}>{detail}</span>}
      <span className={styles.sub}>
        <TrendMark name={name} measure={measure} />
      </span>
    </td>
  );
}
