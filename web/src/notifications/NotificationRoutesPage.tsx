import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { NotificationRoute } from '../../../src/platform/notification-routes/schema.ts';
import { DocumentDialog } from '../document-form/DocumentDialog.tsx';
import { DocumentNotice } from '../document-form/DocumentNotice.tsx';
import { useDocumentApply } from '../document-form/use-document-apply.ts';
import { counted } from '../format/number.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Notice } from '../parts/Notice.tsx';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { describeReadError } from '../parts/read-error.ts';
import { DeliveriesTable } from './DeliveriesTable.tsx';
import { RouteFields } from './RouteFields.tsx';
import { RoutesTable } from './RoutesTable.tsx';
import { NEW_ROUTE, routeKind } from './route-kind.ts';
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
  const apply = useDocumentApply();
  const [edited, setEdited] = useState<{ readonly isNew: boolean; readonly text: string } | null>(null);
  const answer = () => {
    if (routes.data !== undefined) return describeRoutes(routes.data.routes);
    return routes.isError ? describeReadError(routes.error, 'The notification routes') : <AnswerPending />;
  };
  return (
    <Page title="Alert channels" answer={answer()} shortAnswer>
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
              <DocumentNotice apply={apply} />
              <Card
                title="Channels"
                actions={
                  <button
                    type="button"
                    className={parts.button}
                    onClick={() => setEdited({ isNew: true, text: NEW_ROUTE })}
                  >
                    New channel…
                  </button>
                }
                flush
              >
                {data.routes.length > 0 ? (
                  <RoutesTable routes={data.routes} busy={test.isPending} onTest={(name) => test.mutate(name)} />
                ) : (
                  <EmptyState
                    shows="Every route: its topics, recipient and last delivery."
                    why="There is no alert channel yet. Create one here, or apply a document."
                    command="steelyard apply -f route.yaml"
                  >
                    <ExampleFile name="route.yaml" text={EXAMPLE} />
                  </EmptyState>
                )}
              </Card>
              {route !== undefined && (
                <RouteDocument route={route} onEdit={(text) => setEdited({ isNew: false, text })} />
              )}
              <Card title={route === undefined ? 'Delivery log' : `Delivery log of ${route}`} flush>
                <Loaded query={deliveries} what="The deliveries" height={LOG_HEIGHT}>
                  {({ deliveries: sent }) =>
                    sent.length === 0 ? (
                      <EmptyState
                        shows="Every message with its time, channel and state."
                        why="No message has been sent yet."
                      />
                    ) : (
                      <DeliveriesTable deliveries={sent} />
                    )
                  }
                </Loaded>
              </Card>
            </div>
          )}
        </Loaded>
        {edited !== null && (
          <DocumentDialog
            title={edited.isNew ? 'New channel' : 'Edit channel'}
            kind={routeKind}
            initial={edited.text}
            isNew={edited.isNew}
            change={apply.change}
            onClose={() => setEdited(null)}
            fields={(form) => <RouteFields form={form} isNew={edited.isNew} />}
          />
        )}
      </div>
    </Page>
  );
}

interface RouteDocumentProps {
  readonly route: string;
  readonly onEdit: (text: string) => void;
}

function RouteDocument({ route, onEdit }: RouteDocumentProps) {
  const query = useNotificationRoute(route);
  const text = query.data?.manifest;
  return (
    <Card
      title={`Document of ${route}`}
      actions={
        <button
          type="button"
          className={parts.button}
          disabled={text === undefined}
          onClick={() => text !== undefined && onEdit(text)}
        >
          Edit…
        </button>
      }
    >
      <Loaded query={query} what="The route" height={YAML_HEIGHT}>
        {({ manifest }) => <ExampleFile name={`${route}.yaml`} text={manifest} />}
      </Loaded>
    </Card>
  );
}

function describeRoutes(routes: readonly NotificationRoute[]): string {
  const failed = routes.filter(({ lastDelivery }) => lastDelivery?.state === 'failed').length;
  const active = routes.reduce((sum, route) => sum + route.active, 0);
  if (routes.length === 0) return 'No alert channel yet: alerts are shown only in the app.';
  const waiting = active === 0 ? 'no delivery waiting' : `${counted(active, 'delivery', 'deliveries')} waiting`;
  const faults = failed === 0 ? 'no last delivery failed' : `the last delivery of ${failed} failed`;
  return `${counted(routes.length, 'alert channel')}: ${waiting}, ${faults}.`;
}
