import { formatInstant } from '../format/time.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { EndpointsTable } from './EndpointsTable.tsx';
import { NoEndpoints } from './NoEndpoints.tsx';
import { useDetails, useEndpoints } from './use-endpoints.ts';
import { useLateMetrics } from './use-metrics.ts';
import { endpointsAnswer } from './words.ts';

const TABLE_HEIGHT = 240;

/** All endpoints with their state and the cost of 1,000 predictions. */
export function EndpointsPage() {
  const endpoints = useEndpoints();
  const names = (endpoints.data?.endpoints ?? []).map(({ name }) => name);
  const details = useDetails(names);
  const { since, metrics } = useLateMetrics(names);
  const answer = () => {
    if (endpoints.data !== undefined) return endpointsAnswer(endpoints.data.endpoints);
    return endpoints.isError ? 'The endpoints could not be read.' : <AnswerPending />;
  };
  return (
    <Page title="Endpoints" answer={answer()}>
      <Card
        title="Status, traffic and unit cost"
        note={
          names.length === 0
            ? undefined
            : `Requests, latency and failures since ${formatInstant(since)}; cost of the last seven days`
        }
        flush
      >
        <Loaded query={endpoints} what="The endpoints" height={TABLE_HEIGHT}>
          {(data) =>
            data.endpoints.length > 0 ? (
              <EndpointsTable endpoints={data.endpoints} details={details} metrics={metrics} />
            ) : (
              <NoEndpoints />
            )
          }
        </Loaded>
      </Card>
    </Page>
  );
}
