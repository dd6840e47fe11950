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
  worth: 'The expected gain exceeds the cost',
  not_worth: 'The expected gain does not exceed the cost',
  unknown: 'It is unknown whether the expected gain exceeds the cost',
};

/** Expected gain of a retraining against its cost, with all inputs of the comparison. */
export function WorthCard({ round: { worth } }: { readonly round: RetrainingRound }) {
  return (
    <Card
      title="Expected gain and cost"
      note={
        worth === null
          ? undefined
          : `${ANSWERS[worth.answer]}, as evaluated on ${formatInstant(worth.at)}: ${worth.reason}`
      }
    >
      {worth === null ? (
        <EmptyState
          shows="The expected gain and cost, with their inputs."
          why="Not evaluated: a person started it, or the evaluation is pending."
        />
      ) : (
        <div className={styles.worth}>
          <IntervalRows
            title={`Over ${formatInstant(worth.horizon.start)} to ${formatInstant(worth.horizon.end)}`}
            rows={buildWorthRows(worth)}
          />
          <Facts facts={listWorthFacts(worth)} />
        </div>
      )}
    </Card>
  );
}

function buildWorthRows({ gain, gainUpper, cost }: Worth) {
  const number = (money: Money | null) => (money === null ? null : Number(money.amount));
  const upper = gainUpper === null ? '' : ` (to ${formatMoney(gainUpper)})`;
  return [
    {
      ...{ name: 'Gain', variable: '--quality-fill', value: number(gain) },
      ...{ lower: gainUpper === null ? null : number(gain), upper: number(gainUpper) },
      text: gain === null ? 'not known' : `${formatMoney(gain)}${upper}`,
    },
    {
      ...{ name: 'Cost', variable: '--cost-fill', value: number(cost), lower: null, upper: null },
      text: cost === null ? 'not known' : formatMoney(cost),
    },
  ];
}

function listWorthFacts(worth: Worth) {
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
      'Quality loss',
      loss === null ? <Unknown key="loss" reason="Nothing is measured or estimated." /> : lossText(loss),
    ],
    [
      'Gain based on',
      decidedBy === null ? (
        <Unknown key="by" reason={NO_GAIN} />
      ) : decidedBy === 'lower_end' ? (
        'the lower end of its interval'
      ) : (
        'the measured or estimated loss'
      ),
    ],
    [
      'Predictions per day',
      predictionsPerDay === null ? (
        <Unknown key="traffic" reason="No traffic is recorded." />
      ) : (
        formatMeasure(predictionsPerDay)
      ),
    ],
    [
      'Value of one unit of quality',
      valueFrom === 'monitor' ? 'the value of the monitor' : money(valuePerPrediction, 'No value is configured.'),
    ],
    ['Loss per day', money(lossPerDay, NO_GAIN)],
    ['Net gain', money(net, 'The gain or the cost is not known.')],
    ['Cost basis', costFrom],
    ['Horizon', horizonFrom],
    [
      'Remaining budget',
      budget === null ? (
        'none'
      ) : (
        <span key="budget">
          <Link to="/budgets/$budget" params={{ budget: budget.name }} className={parts.textLink}>
            {budget.name}
          </Link>
          : {money(budget.remaining, 'Not known.')}
        </span>
      ),
    ],
  ] as const;
}
