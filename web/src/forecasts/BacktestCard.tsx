import { useState } from 'react';
import type { ForecastDetail } from '../../../src/finops/forecasts/schema.ts';
import { formatAbout } from '../format/money.ts';
import { counted, formatPercent } from '../format/number.ts';
import { formatDay, formatInstant } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { AboutFigure } from './AboutFigure.tsx';
import styles from './forecasts.module.css';
import type { ForecastsData } from './use-forecasts.ts';
import { errorText, NOT_TRIED, probabilityText, subjectName } from './words.ts';

const HEIGHT = 132;
const EARLIER_SHOWN = 8;

/** Back-test error of such forecasts. */
export function BacktestCard({ detail }: { readonly detail: ForecastsData['detail'] }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Card
      title="Forecast accuracy"
      note="Back-test: forecasts from earlier days, without later data, compared with the actual cost."
      actions={
        <button type="button" className={parts.button} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide' : 'Show'}
          <span className="visually-hidden"> the forecast accuracy</span>
        </button>
      }
    >
      {isOpen && (
        <Loaded query={detail} what="Accuracy" height={HEIGHT}>
          {(data) => (
            <>
              <Facts facts={listBacktestFacts(data)} />
              {data.earlier.length > 0 && <Earlier detail={data} />}
            </>
          )}
        </Loaded>
      )}
    </Card>
  );
}

function listBacktestFacts({ forecast, standing }: ForecastDetail) {
  const { backtest, note } = forecast;
  const unknown = <Unknown reason={forecast.reason ?? note ?? NOT_TRIED} />;
  const share = (value: number | null | undefined) => (value == null ? unknown : formatPercent(value * 100));
  return [
    ['Error of the total of the forecast days', backtest === null ? unknown : (errorText(backtest) ?? unknown)],
    ['Error per day (MASE; 1 equals repeating last week)', backtest?.mase == null ? unknown : backtest.mase.toFixed(2)],
    ['Days within the 80 % interval', share(backtest?.coverage80)],
    ['Days within the 95 % interval', share(backtest?.coverage95)],
    ['Totals within the 80 % interval', share(backtest?.totalCoverage80)],
    ['Evaluated from', backtest === null ? unknown : counted(backtest.origins, 'earlier day')],
    ['Created', formatInstant(standing.madeAt)],
    ['Based on', counted(standing.deliveries.length, 'delivery', 'deliveries')],
    ...(note === null ? [] : [['Of the series', note] as const]),
  ] as const;
}

/** Earlier forecasts of the same window. */
function Earlier({ detail: { earlier, forecast } }: { readonly detail: ForecastDetail }) {
  const money = (amount: string) => ({ amount, currency: forecast.currency });
  return (
    <SortableTable
      label={`Earlier forecasts of ${subjectName(forecast)}`}
      className={styles.earlier}
      rows={earlier}
      most={EARLIER_SHOWN}
      columns={[
        { head: 'Past forecast', by: (one) => one.madeAt },
        { head: 'Billed to', by: (one) => one.through },
        { head: 'Forecast', by: (one) => one.forecast.mean, numeric: true },
        { head: '80 % interval', by: (one) => one.forecast.lo80, numeric: true, className: table.wideOnly },
        { head: 'Chance to exceed', by: (one) => one.probability, numeric: true },
      ]}
      row={({ madeAt, through, forecast: before, probability }) => (
        <tr key={`${madeAt} ${through} ${before.mean}`}>
          <th scope="row">{formatInstant(madeAt)}</th>
          <td>{formatDay(through)}</td>
          <td className={table.number}>
            <AboutFigure money={money(before.mean)} />
          </td>
          <td className={`${table.number} ${table.wideOnly}`}>
            {formatAbout(money(before.lo80))} to {formatAbout(money(before.hi80))}
          </td>
          <td className={table.number}>
            {probability === null ? (
              <Unknown reason="No budget covered exactly this scope." />
            ) : (
              probabilityText(probability)
            )}
          </td>
        </tr>
      )}
    />
  );
}
