import { useParams, useSearch } from '@tanstack/react-router';
import { type AnomalyDetail, anomalyHandling } from '../../../src/finops/anomalies/schema.ts';
import { dimensionLabel } from '../format/dimension.ts';
import { formatMoney, formatMoneyDelta } from '../format/money.ts';
import { shortName } from '../format/short-name.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Facts } from '../parts/Facts.tsx';
import { HandlingCard } from '../parts/HandlingCard.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Notice } from '../parts/Notice.tsx';
import { OwnerName } from '../parts/OwnerName.tsx';
import { Page } from '../parts/Page.tsx';
import { AnomalyTabs } from './AnomalyTabs.tsx';
import { DirectionMark } from './DirectionMark.tsx';
import { describeAnomaly } from './describe-anomaly.ts';
import { FeedbackCard } from './FeedbackCard.tsx';
import { GpuRowsCard } from './GpuRowsCard.tsx';
import { PartsCard } from './PartsCard.tsx';
import { RelatedCard } from './RelatedCard.tsx';
import { RowsCard } from './RowsCard.tsx';
import { SeriesCard } from './SeriesCard.tsx';
import { SeverityMark } from './SeverityMark.tsx';
import { useAnomaly } from './use-anomalies.ts';
import { daysText, formatTitle, isOfGpus, STATES, sliceName } from './words.ts';

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
            <AnomalyTabs id={id} related={anomaly.related.length} />
            {search.tab === undefined && <Summary anomaly={anomaly} asTable={search.change === 'table'} />}
            {search.tab === 'charges' && <Charges anomaly={anomaly} />}
            {search.tab === 'related' && <RelatedCard related={anomaly.related} repeats={anomaly.repeats} />}
            {search.tab === 'feedback' && (
              <>
                <FeedbackCard anomaly={anomaly} />
                <HandlingCard title="Owner" endpoints={anomalyHandling} params={{ anomaly: id }} />
              </>
            )}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

interface AnomalyProps {
  readonly anomaly: AnomalyDetail;
}

function Summary({ anomaly, asTable }: AnomalyProps & { readonly asTable: boolean }) {
  const { id, evidence, currency } = anomaly;
  return (
    <>
      <About anomaly={anomaly} />
      {evidence !== null && currency !== null && (
        <PartsCard id={id} evidence={evidence} currency={currency} asTable={asTable} ofGpus={isOfGpus(anomaly)} />
      )}
      {evidence !== null && <SeriesCard anomaly={anomaly} evidence={evidence} />}
    </>
  );
}

function Charges({ anomaly }: AnomalyProps) {
  const { evidence, currency } = anomaly;
  if (evidence === null || currency === null) return <Notice>It has no amount, so no charge is listed.</Notice>;
  const Rows = isOfGpus(anomaly) ? GpuRowsCard : RowsCard;
  return <Rows anomaly={anomaly} evidence={evidence} currency={currency} />;
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
      {mergedInto !== null && <Notice>Part of another anomaly ({mergedInto}), and not counted.</Notice>}
      <Facts
        facts={[
          ['Severity', <SeverityMark key="severity" anomalies={[anomaly]} />],
          ['Kind', <DirectionMark key="kind" anomaly={anomaly} />],
          ['State', STATES[state]],
          ['Days', daysText(anomaly)],
          [
            'Scope',
            slice.length === 0 ? (
              'everything'
            ) : (
              <span key="scope" data-tip={slice.map(({ value }) => value).join(', ')}>
                {slice.map(({ dimension, value }) => `${dimensionLabel(dimension)}: ${shortName(value)}`).join('; ')}
              </span>
            ),
          ],
          ['Owner', <OwnerName key="owner" assigned={anomaly.assigned} />],
          ['Seen in', seenIn.map(sliceName).join(', ')],
        ]}
      />
    </>
  );
}
