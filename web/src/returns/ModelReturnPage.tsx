import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { getModelReturn, listReturns, type ModelReturn } from '../../../src/tradeoff/returns/schema.ts';
import { endpointQuery } from '../client.ts';
import { formatPercent } from '../format/number.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { ErrorState } from '../parts/ErrorState.tsx';
import { Facts } from '../parts/Facts.tsx';
import layout from '../parts/layout.module.css';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { describeReadError } from '../parts/read-error.ts';
import { Skeleton } from '../parts/Skeleton.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { formatDays } from './format-days.ts';
import { PaybackFigure } from './PaybackFigure.tsx';
import { formatPayback } from './payback-text.ts';
import { RetrainingCard } from './RetrainingCard.tsx';
import { ReturnMoney } from './ReturnMoney.tsx';
import { ReturnsTable } from './ReturnsTable.tsx';
import styles from './returns.module.css';
import { TrendCard } from './TrendCard.tsx';

const CHART_HEIGHT = 520;

/** The return of one model: payback, trend with versions as marks, versions, and the gains of retraining. */
export function ModelReturnPage() {
  const { model } = useParams({ from: '/returns/$model' });
  const { view } = useSearch({ from: '/returns/$model' });
  const navigate = useNavigate({ from: '/returns/$model' });
  const query = useQuery(endpointQuery(getModelReturn, { params: { model } }));
  const { data } = query;
  const versions = useQuery({
    ...endpointQuery(listReturns, { query: { by: 'version', model } }),
    enabled: data?.isRegistered === true,
  });
  const isPending = query.isPending || (data?.isRegistered === true && versions.isPending);
  return (
    <Page
      title={`Return of ${model}`}
      answer={
        data !== undefined ? (
          <ModelAnswer found={data} />
        ) : query.error !== null ? (
          describeReadError(query.error, `The return of ${model}`)
        ) : (
          <AnswerPending />
        )
      }
    >
      <div className={layout.stack}>
        <div className={layout.bar}>
          <Link to="/returns" className={parts.textLink}>
            All returns
          </Link>
          {data?.isRegistered === true && (
            <Link to="/trade-offs/$model" params={{ model }} className={parts.textLink}>
              Trade-offs of {model}
            </Link>
          )}
        </div>
        {query.error !== null && (
          <ErrorState error={query.error} what={`The return of ${model}`} onRetry={() => void query.refetch()} />
        )}
        {isPending && <Skeleton height={CHART_HEIGHT} />}
        {data !== undefined && !isPending && (
          <>
            <FiguresCard found={data} />
            <TrendCard
              found={data}
              asTable={view === 'table'}
              onTable={(asTable) =>
                void navigate({
                  search: (before) => ({ ...before, view: asTable ? 'table' : undefined }),
                  resetScroll: false,
                })
              }
            />
            {versions.data !== undefined && versions.data.rows.length > 0 && (
              <Card
                title="Versions"
                note="Cost to make from the runs; cost to run from metered usage of endpoints, where no bill names a version."
                flush
              >
                <ReturnsTable returns={versions.data} />
                {versions.data.notes.map((note) => (
                  <p key={note} className={styles.more}>
                    {note}
                  </p>
                ))}
              </Card>
            )}
            {data.retraining.rounds.length > 0 && <RetrainingCard retraining={data.retraining} />}
          </>
        )}
      </div>
    </Page>
  );
}

function ModelAnswer({ found: { model, figures } }: { readonly found: ModelReturn }) {
  const { value, contribution, payback } = figures;
  if (value.total === null)
    return (
      <>
        The value of {model} is unknown: {value.reason}.
      </>
    );
  const date = formatPayback(payback);
  return (
    <>
      {model} earned <MoneyFigure money={value.total} />
      {contribution.amount !== null && (
        <>
          , <MoneyFigure money={contribution.amount} strong /> after its cost to run
        </>
      )}
      {date === null
        ? `. No payback date: ${payback.reason}.`
        : payback.state === 'paid_back'
          ? `; paid back on ${date}.`
          : `; payback ${date}, an estimate.`}
    </>
  );
}

function FiguresCard({ found: { figures, isRegistered } }: { readonly found: ModelReturn }) {
  const { making, running, value, contribution, net, marginRatio, costPerOutcome, payback, notes, window } = figures;
  const notMade = isRegistered ? [] : ['The model is not registered here: only bills or outcome events name it.'];
  return (
    <Card title="Return" note={[`${formatDays(window)}.`, ...notMade, ...notes].join(' ')}>
      <Facts
        facts={[
          ['Payback', <PaybackFigure key="payback" payback={payback} />],
          [
            'Cost to make',
            <ReturnMoney key="making" money={making.cost} reason={making.reason} isLowerBound={making.isLowerBound} />,
          ],
          [
            'Cost to run',
            <ReturnMoney
              key="running"
              money={running.cost}
              reason={running.reason}
              isLowerBound={running.isLowerBound}
            />,
          ],
          ['Value', <ReturnMoney key="value" money={value.total} reason={value.reason} interval={value.interval} />],
          [
            'Contribution',
            <ReturnMoney
              key="contribution"
              money={contribution.amount}
              reason={contribution.reason}
              interval={contribution.interval}
            />,
          ],
          ['Net', <ReturnMoney key="net" money={net.amount} reason={net.reason} />],
          [
            'Margin',
            marginRatio === null ? (
              <Unknown key="margin" reason={contribution.reason ?? 'the value is not above 0'} />
            ) : (
              formatPercent(100 * marginRatio)
            ),
          ],
          [
            'Cost per outcome',
            <ReturnMoney key="outcome" money={costPerOutcome.cost} reason={costPerOutcome.reason} />,
          ],
          ['Balance', <ReturnMoney key="balance" money={payback.balance} reason={payback.reason} />],
        ]}
      />
    </Card>
  );
}
