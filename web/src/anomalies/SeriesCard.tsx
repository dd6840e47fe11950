import { useMemo } from 'react';
import type { AnomalyDetail, AnomalyEvidence } from '../../../src/finops/anomalies/schema.ts';
import { TimePanels } from '../charts/TimePanels.tsx';
import { usePng } from '../charts/use-png.ts';
import { toCsv } from '../format/csv.ts';
import { formatDay } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import parts from '../parts/parts.module.css';
import { seriesPanels } from './series-panels.ts';

const PANEL_HEIGHT = 200;

interface SeriesCardProps {
  readonly anomaly: AnomalyDetail;
  readonly evidence: AnomalyEvidence;
}

/** Series of the anomaly with its expected range, from four weeks before it to two weeks after. */
export function SeriesCard({ anomaly, evidence: { points, baseline } }: SeriesCardProps) {
  const data = useMemo(() => seriesPanels(anomaly, points), [anomaly, points]);
  const { onChart, save } = usePng(`${anomaly.id}-series`);
  return (
    <Card
      title="Expected and actual"
      note={`The band is three standard deviations wide on each side. Compared with ${formatDay(baseline.from)} to ${formatDay(baseline.to)}.`}
      actions={
        <>
          <CsvButton
            name={`${anomaly.id}-series`}
            what="the series"
            text={() =>
              toCsv(
                ['day', 'actual', 'expected', 'lower', 'upper'],
                points.map(({ day, actual, expected, lower, upper }) => [day, actual, expected, lower, upper]),
              )
            }
          />
          <button type="button" className={parts.button} onClick={save}>
            PNG<span className="visually-hidden"> of the series</span>
          </button>
        </>
      }
    >
      <TimePanels
        data={data}
        panelHeight={PANEL_HEIGHT}
        onChart={onChart}
        label={`Actual and expected by day: ${points.length} days. The CSV has every figure.`}
      />
    </Card>
  );
}
