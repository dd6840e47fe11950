import type { Rollout, RolloutCheck } from '../../../src/mlops/serving/rollouts/schema.ts';
import { CheckGauge } from '../decisions/CheckGauge.tsx';
import { Outcome } from '../decisions/Outcome.tsx';
import { formatMoney } from '../format/money.ts';
import { formatCount } from '../format/number.ts';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import styles from './endpoints.module.css';
import {
  computeResponseRate,
  formatCheckCost,
  formatCheckInterval,
  formatCheckName,
  formatCheckValue,
  formatLimit,
  formatNeed,
  toGauge,
  toHolds,
} from './rollout-checks.ts';

interface RolloutChecksProps {
  readonly rollout: Rollout;
  /** Time at which the rollout was read, in milliseconds since 1970. */
  readonly readAtMs: number;
}

/** The checks of the analysis of a canary: estimate, interval, limit, samples and verdict of each. */
export function RolloutChecks({ rollout, readAtMs }: RolloutChecksProps) {
  const rate = rollout.state === 'running' ? computeResponseRate(rollout, readAtMs) : null;
  return (
    <ul className={styles.checks} aria-label="Checks of the analysis">
      {rollout.checks.map((check) => (
        <CheckItem key={check.name} check={check} need={formatNeed(check, rate, readAtMs)} />
      ))}
    </ul>
  );
}

function CheckItem({ check, need }: { readonly check: RolloutCheck; readonly need: string | null }) {
  const { name, estimate, scale, n, test, reason, cost } = check;
  const isQuality = name.startsWith('quality');
  const isCost = name.startsWith('cost');
  return (
    <li className={`${styles.check} ${isQuality ? styles.ofQuality : isCost ? styles.ofCost : ''}`}>
      <p className={styles.checkHead}>
        <span className={styles.checkName}>{formatCheckName(name)}</span>
        <Outcome holds={toHolds(check.verdict)} />
      </p>
      <p className={styles.checkFigure}>
        {estimate === null ? (
          <Unknown reason={reason ?? 'There is too little data for an estimate.'} />
        ) : (
          <>
            <data value={estimate} data-tip={`${estimate} (new ${scale === 'ratio' ? '/' : '−'} live revision)`}>
              {formatCheckValue(estimate, check)}
            </data>{' '}
            <span className={parts.interval}>({formatCheckInterval(check)})</span>
          </>
        )}
      </p>
      <CheckGauge check={toGauge(check)} isCost={isCost} />
      <p className={layout.quiet}>
        {formatLimit(check)}; n {formatCount(n)}
        {need !== null && `; ${need}`}
      </p>
      <p className={layout.sub}>{reason ?? test}</p>
      {cost !== undefined && (
        <p className={layout.sub} data-tip={cost.prices.map(describePrice).join('; ')}>
          {formatCheckCost(cost)}
        </p>
      )}
    </li>
  );
}

/** "1 x machine at $3.60 an hour (canary), own-prices@1". */
function describePrice({
  side,
  resource,
  perHour,
  source,
}: NonNullable<RolloutCheck['cost']>['prices'][number]): string {
  return `${resource} at ${formatMoney(perHour)} an hour (${side}), ${source}`;
}
