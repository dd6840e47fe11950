import { useSearch } from '@tanstack/react-router';
import type { NotificationRoute } from '../../../src/platform/notification-routes/schema.ts';
import { counted } from '../format/number.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Notice } from '../parts/Notice.tsx';
import { Page } from '../parts/Page.tsx';
import { DeliveriesTable } from './DeliveriesTable.tsx';
import { RoutesTable } from './RoutesTable.tsx';
import { useDeliveries, useNotificationRoute, useNotificationRoutes, useTest } from './use-routes.ts';

const HEIGHT = 640;
const LOG_HEIGHT = 320;
const YAML_HEIGHT = 260;

const EXAMPLE = `apiVersion: steelyard/v1
kind: NotificationRoute
metadata: {name: recs-slack}
spec:
  match: {topics: [budget, anomaly, alert], teams: [recs]}
  to: {slack: {url: env:RECS_SLACK_URL}}
  owner: recs
`;

/** Recipients of notices, the test of each, and the delivery log. */
export function NotificationRoutesPage() {
  const { route } = useSearch({ from: '/notification-routes' });
  const routes = useNotificationRoutes();
  const deliveries = useDeliveries(route);
  const test = useTest();
  const answer = () => {
    if (routes.data !== undefined) return describeRoutes(routes.data.routes);
    return routes.isError ? 'The notification routes could not be read.' : <AnswerPending />;
  };
  return (
    <Page title="Notification routes" answer={answer()}>
      <div className={layout.stack}>
        {test.data !== undefined && (
          <Notice kind={test.data.state === 'delivered' ? 'status' : 'alert'}>
            {test.data.state === 'delivered'
              ? `The test message of ${test.data.route} was delivered.`
              : `The test message of ${test.data.route} was not delivered: ${test.data.error ?? 'unknown reason'}`}
          </Notice>
        )}
        {test.error !== null && <Notice kind="alert">{test.error.message}</Notice>}
        <Loaded query={routes} what="The notification routes" height={HEIGHT}>
          {(data) => (
            <div className={layout.stack}>
              <Card title="Routes" flush>
                {data.routes.length > 0 ? (
                  <RoutesTable routes={data.routes} busy={test.isPending} onTest={(name) => test.mutate(name)} />
                ) : (
                  <EmptyState
                    shows="Every route: its topics, recipient and last delivery."
                    why="There is no notification route. Apply a document that states one."
                    command="steelyard apply -f route.yaml"
                  >
                    <ExampleFile name="route.yaml" text={EXAMPLE} />
                  </EmptyState>
                )}
              </Card>
              {route !== undefined && <RouteDocument route={route} />}
              <Card title={route === undefined ? 'Delivery log' : `Delivery log of ${route}`} flush>
                <Loaded query={deliveries} what="The deliveries" height={LOG_HEIGHT}>
                  {(data) => <DeliveriesTable deliveries={data.deliveries} />}
                </Loaded>
              </Card>
            </div>
          )}
        </Loaded>
      </div>
    </Page>
  );
}

function RouteDocument({ route }: { readonly route: string }) {
  const query = useNotificationRoute(route);
  return (
    <Card title={`Document of ${route}`}>
      <Loaded query={query} what="The route" height={YAML_HEIGHT}>
        {({ manifest }) => <ExampleFile name={`${route}.yaml`} text={manifest} />}
      </Loaded>
    </Card>
  );
}

function describeRoutes(routes: readonly NotificationRoute[]): string {
  const failed = routes.filter(({ lastDelivery }) => lastDelivery?.state === 'failed').length;
  const active = routes.reduce((sum, route) => sum + route.active, 0);
  return `${counted(routes.length, 'notification route')}: ${counted(active, 'delivery', 'deliveries')} waiting, the last delivery of ${failed} failed.`;
}
