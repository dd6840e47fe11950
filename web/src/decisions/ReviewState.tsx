import type { DecisionDetail } from '../../../src/tradeoff/decisions/schema.ts';
import { formatMoneyDelta } from '../format/money.ts';
import { Facts } from '../parts/Facts.tsx';
import { Instant } from '../parts/Instant.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import styles from './decisions.module.css';

const WORDS = {
  same: 'Same verdict',
  weaker: 'Weaker',
  'would-differ': 'Would differ',
  'cannot-be-judged': 'Cannot be judged',
} as const;

/** The newest review: its result, its causes and the money at stake. */
export function ReviewState({ decision }: { readonly decision: DecisionDetail }) {
  const { review, isInForce } = decision;
  const state = isInForce ? 'In force' : 'Superseded by a later decision; it is not judged again.';
  if (review === null) {
    return <p>{isInForce ? 'In force. No bill, price, policy or quality evidence of it has changed since.' : state}</p>;
  }
  const { atStake } = review;
  return (
    <div className={styles.review}>
      <p>
        <strong className={styles[review.status] ?? ''}>{WORDS[review.status]}.</strong> {review.summary}
      </p>
      <Facts
        facts={[
          ['Judged', <Instant key="at" at={review.at} />],
          ['Cause', review.causes.map(({ text }) => text).join('; ')],
          [
            'Headroom a month',
            atStake === null ? (
              <Unknown key="stake" reason={review.atStakeReason ?? 'Not computed.'} />
            ) : (
              `${formatMoneyDelta(atStake)} (${atStake.check})`
            ),
          ],
          ['State', state],
        ]}
      />
    </div>
  );
}
