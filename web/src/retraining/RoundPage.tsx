import { Link, useParams } from '@tanstack/react-router';
import type { RetrainingRound } from '../../../src/tradeoff/retraining/schema.ts';
import { formatMoney } from '../format/money.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { RoundActions } from './RoundActions.tsx';
import { RoundFacts } from './RoundFacts.tsx';
import { RoundMark } from './RoundMark.tsx';
import styles from './retraining.module.css';
import { Stages } from './Stages.tsx';
import { Timeline } from './Timeline.tsx';
import { useRound } from './use-retrainings.ts';
import { WorthCard } from './WorthCard.tsx';
import { roundSentence } from './words.ts';

const HEIGHT = 640;

/** One round: its trigger, its expected gain, and its outcome. */
export function RoundPage() {
  const { retraining, round: asked } = useParams({ from: '/retraining/$retraining/rounds/$round' });
  const round = useRound(retraining, Number(asked));
  const answer = () => {
    if (round.data !== undefined) return <Answer round={round.data} />;
    return round.error === null ? <AnswerPending /> : round.error.message;
  };
  return (
    <Page title={`${retraining} #${asked}`} answer={answer()}>
      <Loaded query={round} what="The round" height={HEIGHT}>
        {(data) => (
          <div className={layout.stack}>
            <div className={layout.bar}>
              <p className={styles.latest}>
                <RoundMark state={data.state} />
                <Link to="/retraining/$retraining" params={{ retraining }} className={parts.textLink}>
                  All rounds of {retraining}
                </Link>
              </p>
              <RoundActions round={data} pipeline={data.run?.pipeline ?? `of ${retraining}`} />
            </div>
            <Stages round={data} />
            <Card title="From trigger to verdict">
              <Timeline round={data} />
            </Card>
            <WorthCard round={data} />
            <Card title="Result">
              <RoundFacts round={data} />
            </Card>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Answer({ round }: { readonly round: RetrainingRound }) {
  const { reason, gain, cost } = round;
  const figures = [
    ...(gain === null ? [] : [`expected to gain ${formatMoney(gain)}`]),
    ...(cost === null ? [] : [`at a cost of ${formatMoney(cost)}`]),
  ];
  return (
    <>
      {roundSentence(round)}
      {figures.length > 0 && `: ${figures.join(' ')}`}
      {reason === null ? '' : `. ${reason.replace(/\.$/, '')}`}.
    </>
  );
}
