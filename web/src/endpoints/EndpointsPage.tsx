import { useSearch } from '@tanstack/react-router';
import { useProductionHealth } from '../health/use-production-health.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { describeReadError } from '../parts/read-error.ts';
import { EndpointsTable } from './EndpointsTable.tsx';
import { describeEndpoints, toEndpointRow } from './endpoint-rows.ts';
import { NoEndpoints } from './NoEndpoints.tsx';
import { useDetails, useEndpoints } from './use-endpoints.ts';
import { useLateMetrics } from './use-metrics.ts';

const TABLE_HEIGHT = 240;

/** All endpoints with their health, traffic, latency and unit cost. */
export function EndpointsPage() {
  const { team } = useSearch({ from: '__root__' });
  const endpoints = useEndpoints();
  const health = useProductionHealth({ team });
  const known = health.data?.endpoints;
  const listed = (endpoints.data?.endpoints ?? []).filter(
    ({ name }) => team === undefined || known === undefined || known.some(({ endpoint }) => endpoint === name),
  );
  const names = listed.map(({ name }) => name);
  const details = useDetails(names);
  const metrics = useLateMetrics(names);
  const answer = () => {
    if (endpoints.isError) return describeReadError(endpoints.error, 'The endpoints');
    if (endpoints.data === undefined || health.isPending) return <AnswerPending />;
    return describeEndpoints(known ?? []);
  };
  const rows = listed.map((one) =>
    toEndpointRow(
      one,
      known?.find(({ endpoint }) => endpoint === one.name),
      details.get(one.name),
      metrics.get(one.name),
    ),
  );
  return (
    <Page title="Endpoints" answer={answer()}>
      <Card
        title="Health, traffic and unit cost"
        note={
          names.length === 0
            ? undefined
            : 'Requests of the last hour; latency and errors of the last 24 hours; cost as served in the last 7 days'
        }
        flush
      >
        <Loaded
          query={health.isFetched ? endpoints : { ...endpoints, data: undefined }}
          what="The endpoints"
          height={TABLE_HEIGHT}
        >
          {(data) =>
            data.endpoints.length === 0 ? (
              <NoEndpoints />
            ) : rows.length === 0 ? (
              <EmptyState shows="Endpoints of the projects of a team." why={`No endpoint belongs to ${team}.`} />
            ) : (
              <EndpointsTable rows={rows} />
            )
          }
        </Loaded>
      </Card>
    </Page>
  );
}
