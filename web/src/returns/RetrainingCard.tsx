import { Link } from '@tanstack/react-router';
import type { RetrainingReturns } from '../../../src/tradeoff/returns/schema.ts';
import { formatMeasure } from '../format/number.ts';
import { formatDate } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import { ReturnMoney } from './ReturnMoney.tsx';

/** Predicted against measured gain of the promoted rounds, and the mean ratio so far. */
export function RetrainingCard({ retraining: { rounds, calibration } }: { readonly retraining: RetrainingReturns }) {
  const { ratio, lower, upper, reason } = calibration;
  const note =
    ratio === null || lower === null || upper === null
      ? `Calibration unknown: ${reason}.`
      : `Measured / predicted: ${formatMeasure(ratio)} (${formatMeasure(lower)} to ${formatMeasure(upper)}); 1 is calibrated.`;
  return (
    <Card title="Retraining: predicted and measured gain" note={note} flush>
      <table className={table.table} aria-label="Predicted and measured gain of retraining">
        <thead>
          <tr>
            <th scope="col">Round</th>
            <th scope="col">Rollout</th>
            <th scope="col" className={table.number}>
              Predicted
            </th>
            <th scope="col" className={table.number}>
              Measured
            </th>
            <th scope="col" className={table.number}>
              Ratio
            </th>
            <th scope="col" className={table.number}>
              Mean so far
            </th>
          </tr>
        </thead>
        <tbody>
          {rounds.map((one) => (
            <tr key={`${one.retraining} ${one.round}`}>
              <th scope="row">
                <Link
                  to="/retraining/$retraining/rounds/$round"
                  params={{ retraining: one.retraining, round: String(one.round) }}
                  className={table.rowLink}
                >
                  {one.retraining} {one.round}
                </Link>
              </th>
              <td>
                {one.version !== null && `v${one.version}, `}
                {formatDate(one.at)}
                {!one.isFinal && <span className={table.subLine}>so far</span>}
              </td>
              <td className={table.number}>
                <ReturnMoney money={one.predicted} reason={one.reason} />
              </td>
              <td className={table.number}>
                <ReturnMoney money={one.measured} reason={one.reason} />
              </td>
              <td className={table.number}>
                {one.ratio === null ? <Unknown reason={one.reason ?? 'not known'} /> : formatMeasure(one.ratio)}
              </td>
              <td className={table.number}>
                {one.calibration === null ? (
                  <Unknown reason="a mean needs five rounds with a ratio" />
                ) : (
                  formatMeasure(one.calibration)
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
