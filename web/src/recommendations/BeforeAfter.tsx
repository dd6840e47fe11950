import type { Money } from '../../../src/platform/units/schema.ts';
import type { Recommendation } from '../../../src/tradeoff/recommendations/schema.ts';
import { formatMoney } from '../format/money.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import styles from './recommendations.module.css';
import { subtractSaving } from './words.ts';

const PERCENT = 100;

/** Current cost of a month, and the remaining cost with its interval. */
export function BeforeAfter({ one: { before, after, saving, realised } }: { readonly one: Recommendation }) {
  const { monthly, lower, upper, cost, reason } = saving;
  if (monthly === null || cost === null || lower === null || upper === null) {
    return (
      <Card title="Monthly cost now and after the change">
        <EmptyState shows="The monthly cost now and after the change." why={`Not known: ${reason}.`} />
      </Card>
    );
  }
  const [left, least, most] = [subtractSaving(cost, monthly), subtractSaving(cost, upper), subtractSaving(cost, lower)];
  const measured = realised?.monthly == null ? null : subtractSaving(cost, realised.monthly);
  return (
    <Card title="Monthly cost now and after the change" note="A month has 730 hours; whiskers are 95 % intervals.">
      <table className={styles.bars} aria-label="Monthly cost now and after the change">
        <tbody>
          <Bar name="Now" words={before} money={cost} whole={cost} />
          <Bar name="After" words={after} money={left} whole={cost} ends={[least, most]} />
          {measured !== null && (
            <Bar name="Measured since" words="the measured cost since the change" money={measured} whole={cost} />
          )}
        </tbody>
      </table>
    </Card>
  );
}

interface BarProps {
  readonly name: string;
  readonly words: string;
  readonly money: Money;
  readonly whole: Money;
  readonly ends?: readonly [least: Money, most: Money];
}

function Bar({ name, words, money, whole, ends }: BarProps) {
  const share = ({ amount }: Money) => {
    const most = Number(whole.amount);
    return most <= 0 ? '0%' : `${Math.min(1, Math.max(0, Number(amount) / most)) * PERCENT}%`;
  };
  return (
    <tr>
      <th scope="row">
        {name}
        <span className={styles.barWords}>{words}</span>
      </th>
      <td className={styles.barPlot}>
        <span className={styles.bar} aria-hidden="true">
          <span className={styles.drawn} style={{ width: share(money) }} />
          {ends !== undefined && (
            <span
              className={styles.whisker}
              style={{ left: share(ends[0]), width: `calc(${share(ends[1])} - ${share(ends[0])})` }}
            />
          )}
        </span>
      </td>
      <td className={styles.barSaid}>
        {formatMoney(money)}
        {ends !== undefined && (
          <span className={styles.barWords}>
            {formatMoney(ends[0])} to {formatMoney(ends[1])}
          </span>
        )}
      </td>
    </tr>
  );
}
