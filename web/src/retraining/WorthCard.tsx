import { Link } from '@tanstack/react-router';
import type { Money } from '../../../src/platform/units/schema.ts';
import type { RetrainingRound, Worth } from '../../../src/tradeoff/retraining/schema.ts';
import { IntervalRows } from '../charts/IntervalRows.tsx';
import { formatMoney } from '../format/money.ts';
import { formatMeasure } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { lossText } from '../monitoring/words.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Facts } from '../parts/Facts.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import styles from './retraining.module.css';
import { NO_GAIN } from './words.ts';

const ANSWERS: Readonly<Record<Worth['answer'], string>> = {
  worth: 'It is worth it',
  not_worth: 'It is not worth it',
  unknown: 'It is not known whether it is worth it',
};

/** Expected gain of a retraining against its cost, with all inputs of the comparison. */
export function WorthCard({ round: { worth } }: { readonly round: RetrainingRound }) {
  return (
    <Card
      title="Is it worth its money?"
      note={
        worth === null
          ? undefined
          : `${ANSWERS[worth.answer]}, as weighed on ${formatInstant(worth.at)}: ${worth.reason}`
      }
    >
      {worth === null ? (
        <EmptyState
          shows="The expected gain beside the cost, and what both stand on."
          why="It was not weighed: it was begun by a person, or is about to be."
        />
      ) : (
        <div className={styles.worth}>
          <IntervalRows
            title={`Over ${formatInstant(worth.horizon.start)} to ${formatInstant(worth.horizon.end)}`}
            rows={rowsOf(worth)}
          />
          <Facts facts={factsOf(worth)} />
        </div>
      )}
    </Card>
  );
}

function rowsOf({ gain, gainUpper, cost }: Worth) {
  const number = (money: Money | null) => (money === null ? null : Number(money.amount));
  const upper = gainUpper === null ? '' : ` (to ${formatMoney(gainUpper)})`;
  return [
    {
      ...{ name: 'Gain', variable: '--quality-fill', value: number(gain) },
      ...{ lower: gainUpper === null ? null : number(gain), upper: number(gainUpper) },
      said: gain === null ? 'not known' : `${formatMoney(gain)}${upper}`,
    },
    {
      ...{ name: 'Cost', variable: '--cost-fill', value: number(cost), lower: null, upper: null },
      said: cost === null ? 'not known' : formatMoney(cost),
    },
  ];
}

function factsOf(worth: Worth) {
  const {
    loss,
    predictionsPerDay,
    valuePerPrediction,
    valueFrom,
    lossPerDay,
    net,
    costFrom,
    horizonFrom,
    budget,
    decidedBy,
  } = worth;
  const money = (amount: Money | null, reason: string) =>
    amount === null ? <Unknown reason={reason} /> : <MoneyFigure money={amount} />;
  return [
    [
      'Loss of quality',
      loss === null ? <Unknown key="loss" reason="Nothing is measured or estimated." /> : lossText(loss),
    ],
    [
      'The gain is of',
      decidedBy === null ? (
        <Unknown key="by" reason={NO_GAIN} />
      ) : decidedBy === 'lower_end' ? (
        'the smaller end of its interval'
      ) : (
        'the loss as it was measured or estimated'
      ),
    ],
    [
      'Predictions a day',
      predictionsPerDay === null ? (
        <Unknown key="traffic" reason="No traffic is recorded." />
      ) : (
        formatMeasure(predictionsPerDay)
      ),
    ],
    [
      'A unit of quality is worth',
      valueFrom === 'monitor' ? 'what the monitor says' : money(valuePerPrediction, 'Nobody says what it is worth.'),
    ],
    ['The loss costs a day', money(lossPerDay, NO_GAIN)],
    ['Gain less cost', money(net, 'One of both is not known.')],
    ['The cost is', costFrom],
    ['The time ends then because', horizonFrom],
    [
      'Left of the budget',
      budget === null ? (
        'none is named'
      ) : (
        <span key="budget">
          <Link to="/budgets/$budget" params={{ budget: budget.name }} className={parts.textLink}>
            {budget.name}
          </Link>
          : {money(budget.remaining, 'It is not known.')}
        </span>
      ),
    ],
  ] as const;
}
