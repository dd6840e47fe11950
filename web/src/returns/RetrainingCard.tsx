import { Link } from '@tanstack/react-router';
import type { RetrainingReturns } from '../../../src/tradeoff/returns/schema.ts';
import { formatMeasure } from '../format/number.ts';
import { formatDate } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { compareAmounts, compareNumbers, compareTexts } from '../table/comparators.ts';
import { SidewaysBox } from '../table/SidewaysBox.tsx';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import { ReturnMoney } from './ReturnMoney.tsx';

const ORDERS: Comparators<RetrainingReturns['rounds'][number]> = {
  round: compareTexts(({ retraining, round }) => `${retraining} ${round}`),
  at: compareTexts(({ at }) => at),
  predicted: compareAmounts(({ predicted }) => predicted?.amount),
  measured: compareAmounts(({ measured }) => measured?.amount),
  ratio: compareNumbers(({ ratio }) => ratio),
  mean: compareNumbers(({ calibration }) => calibration),
};

/** Predicted against measured gain of the promoted rounds, and the mean ratio so far. */
export function RetrainingCard({ retraining: { rounds, calibration } }: { readonly retraining: RetrainingReturns }) {
  const { sorted, sort } = useSorted(rounds, ORDERS);
  const { ratio, lower, upper, reason } = calibration;
  const note =
    ratio === null || lower === null || upper === null
      ? `Calibration unknown: ${reason}.`
      : `Measured / predicted: ${formatMeasure(ratio)} (${formatMeasure(lower)} to ${formatMeasure(upper)}); 1 is calibrated.`;
  return (
    <Card title="Retraining: predicted and measured gain" note={note} flush>
      <SidewaysBox label="Retraining">
        <table className={table.table} aria-label="Predicted and measured gain of retraining">
          <thead>
            <tr>
              <SortHead column="round" sort={sort}>
                Round
              </SortHead>
              <SortHead column="at" sort={sort}>
                Rollout
              </SortHead>
              <SortHead column="predicted" sort={sort} numeric>
                Predicted
              </SortHead>
              <SortHead column="measured" sort={sort} numeric>
                Measured
              </SortHead>
              <SortHead column="ratio" sort={sort} numeric>
                Ratio
              </SortHead>
              <SortHead column="mean" sort={sort} numeric>
                Mean so far
              </SortHead>
            </tr>
          </thead>
          <tbody>
            {sorted.map((one) => (
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
      </SidewaysBox>
    </Card>
  );
}
