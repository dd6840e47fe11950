import { useParams, useSearch } from '@tanstack/react-router';
import { type AnomalyDetail, anomalyHandling } from '../../../src/finops/anomalies/schema.ts';
import { dimensionLabel } from '../format/dimension.ts';
import { formatMoney, formatMoneyDelta } from '../format/money.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Facts } from '../parts/Facts.tsx';
import { HandlingCard } from '../parts/HandlingCard.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Notice } from '../parts/Notice.tsx';
import { Page } from '../parts/Page.tsx';
import { DirectionMark } from './DirectionMark.tsx';
import { FeedbackCard } from './FeedbackCard.tsx';
import { GpuRowsCard } from './GpuRowsCard.tsx';
import { PartsCard } from './PartsCard.tsx';
import { RelatedCard } from './RelatedCard.tsx';
import { RowsCard } from './RowsCard.tsx';
import { SeriesCard } from './SeriesCard.tsx';
import { useAnomaly } from './use-anomalies.ts';
import { daysText, formatTitle, isOfBill, isOfGpus, STATES, sliceName } from './words.ts';

const HEIGHT = 720;

/** One anomaly: event, cause, and feedback. */
export function AnomalyPage() {
  const { anomaly: id } = useParams({ from: '/anomalies/$anomaly' });
  const search = useSearch({ from: '/anomalies/$anomaly' });
  const query = useAnomaly(id);
  const answer = () => {
    if (query.data !== undefined) return describeAnomaly(query.data);
    return query.error === null ? <AnswerPending /> : query.error.message;
  };
  return (
    <Page title={query.data === undefined ? 'Anomaly' : formatTitle(query.data)} answer={answer()} longAnswer>
      <Loaded query={query} what="The anomaly" height={HEIGHT}>
        {(anomaly) => (
          <div className={layout.stack}>
            <About anomaly={anomaly} />
            {anomaly.evidence !== null && <SeriesCard anomaly={anomaly} evidence={anomaly.evidence} />}
            {anomaly.evidence !== null && anomaly.currency !== null && (
              <>
                <PartsCard
                  id={id}
                  evidence={anomaly.evidence}
                  currency={anomaly.currency}
                  asTable={search.change === 'table'}
                  ofGpus={isOfGpus(anomaly)}
                />
                {isOfGpus(anomaly) ? (
                  <GpuRowsCard anomaly={anomaly} evidence={anomaly.evidence} currency={anomaly.currency} />
                ) : (
                  <RowsCard anomaly={anomaly} evidence={anomaly.evidence} currency={anomaly.currency} />
                )}
              </>
            )}
            {anomaly.related.length > 0 && <RelatedCard related={anomaly.related} />}
            <FeedbackCard anomaly={anomaly} />
            <HandlingCard title="Handling" endpoints={anomalyHandling} params={{ anomaly: id }} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

/** "p4d of team search rose 3.1x, …. That is $6,214.02 more than expected, since 5 Nov." */
function describeAnomaly({ sentence, impact, currency, direction, ...rest }: AnomalyDetail): string {
  if (impact === null || currency === null) return sentence;
  const money = formatMoney({ amount: impact.replace('-', ''), currency });
  const when = daysText(rest);
  const since = when.startsWith('since') ? when : `on ${when}`;
  if (!isOfBill(rest)) {
    return `${sentence} ${money} bought ${direction === 'over' ? 'less' : 'more'} than usual, ${since}. This amount is not an additional cost.`;
  }
  return `${sentence} That is ${money} ${direction === 'over' ? 'more' : 'less'} than expected, ${since}.`;
}

function About({ anomaly }: { readonly anomaly: AnomalyDetail }) {
  const { restatement, currency, slice, seenIn, state, mergedInto } = anomaly;
  return (
    <>
      {restatement !== null && currency !== null && (
        <Notice>
          Later bills changed its days by {formatMoneyDelta({ amount: restatement.difference, currency })}: from{' '}
          {formatMoney({ amount: restatement.actualBefore, currency })} to{' '}
          {formatMoney({ amount: restatement.actualNow, currency })}
          {state === 'restated' ? '. The anomaly has disappeared from them and is no longer counted.' : '.'}
        </Notice>
      )}
      {state === 'withdrawn' && (
        <Notice>Later bills of other days make these days normal. The anomaly is withdrawn and not counted.</Notice>
      )}
      {mergedInto !== null && <Notice>Merged into {mergedInto}, and not counted.</Notice>}
      <Facts
        facts={[
          ['Kind', <DirectionMark key="kind" anomaly={anomaly} />],
          ['State', STATES[state]],
          ['Days', daysText(anomaly)],
          [
            'Scope',
            slice.map(({ dimension, value }) => `${dimensionLabel(dimension)} ${value}`).join(', ') || 'everything',
          ],
          ['Seen in', seenIn.map(sliceName).join(', ')],
        ]}
      />
    </>
  );
}
