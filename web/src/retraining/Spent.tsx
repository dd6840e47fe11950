import type { Retraining } from '../../../src/tradeoff/retraining/schema.ts';
import { counted } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import styles from './retraining.module.css';
import { NO_COST } from './words.ts';

/** Total cost of the runs of a retraining, and the rounds that it leaves out. */
export function Spent({
  retraining: { spent, unpricedRounds },
}: {
  readonly retraining: Pick<Retraining, 'spent' | 'unpricedRounds'>;
}) {
  const left =
    unpricedRounds === 0 ? null : `The cost of ${counted(unpricedRounds, 'round')} is not known and excluded.`;
  if (spent.length === 0) return <Unknown reason={left ?? NO_COST} />;
  return (
    <span className={styles.cost}>
      {left !== null && <span data-tip={left}>at least </span>}
      {spent.map((money, index) => (
        <span key={money.currency}>
          {index > 0 && ' and '}
          <MoneyFigure money={money} />
        </span>
      ))}
    </span>
  );
}
