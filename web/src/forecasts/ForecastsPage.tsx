import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ErrorState } from '../parts/ErrorState.tsx';
import { Page } from '../parts/Page.tsx';
import { PartialNotice } from '../parts/PartialNotice.tsx';
import { describeReadError } from '../parts/read-error.ts';
import { BacktestCard } from './BacktestCard.tsx';
import { ChangesCard } from './ChangesCard.tsx';
import { FanCard } from './FanCard.tsx';
import { ForecastAnswer } from './ForecastAnswer.tsx';
import { ForecastNotices } from './ForecastNotices.tsx';
import { ForecastsCard } from './ForecastsCard.tsx';
import styles from './forecasts.module.css';
import { useForecastChanges } from './use-forecast-changes.ts';
import { useForecasts } from './use-forecasts.ts';

/** Forecast of the month, and of the budgets. */
export function ForecastsPage() {
  const data = useForecasts();
  const changes = useForecastChanges();
  const { all, detail, team } = data;
  const nothing = all.data !== undefined && all.data.standing === null;
  const answer = () => {
    if (nothing) return 'No forecast yet.';
    if (detail.data !== undefined) return <ForecastAnswer detail={detail.data} />;
    return all.isError || detail.isError ? (
      describeReadError(all.error ?? detail.error, 'The forecast')
    ) : (
      <AnswerPending />
    );
  };
  return (
    <Page title="Forecasts" answer={answer()} longAnswer>
      <div className={styles.stack}>
        {all.error !== null && all.data === undefined && (
          <ErrorState error={all.error} what="The forecasts" onRetry={() => all.refetch()} />
        )}
        <PartialNotice partial={all.data?.partial} />
        {all.data !== undefined && <ForecastNotices forecasts={all.data} changes={changes} />}
        {nothing ? (
          <Card title="Forecast of the month">
            <EmptyState
              shows="The forecast cost of the month, day by day with its intervals, and the probability of exceeding each budget."
              why={
                all.data?.working == null
                  ? 'Forecasts are computed at each delivery of a bill. No bill has been imported yet.'
                  : 'The first forecasts are being computed.'
              }
              command="steelyard bill import bills/ --source aws"
            />
          </Card>
        ) : (
          <>
            <FanCard detail={detail} />
            <ForecastsCard data={data} />
          </>
        )}
        {all.data !== undefined && (
          <ChangesCard forecasts={all.data} drawn={detail.data?.forecast} team={team} changes={changes} />
        )}
        {!nothing && <BacktestCard detail={detail} />}
      </div>
    </Page>
  );
}
