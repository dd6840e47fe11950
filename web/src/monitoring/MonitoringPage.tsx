import { useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { DocumentNotice } from '../document-form/DocumentNotice.tsx';
import { useDocumentApply } from '../document-form/use-document-apply.ts';
import { formatMoney } from '../format/money.ts';
import { useProductionHealth } from '../health/use-production-health.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { describeReadError } from '../parts/read-error.ts';
import { MonitorsTable } from './MonitorsTable.tsx';
import { describeMonitors } from './model-status.ts';
import { toMonitorRow } from './monitor-rows.ts';
import { NoMonitors } from './NoMonitors.tsx';
import { NEW_MONITOR } from './new-monitor.ts';
import { OpenAlerts } from './OpenAlerts.tsx';
import { useLateMonitors, useMonitors, useOpenEpisodes } from './use-monitors.ts';
import { moneyPerDay } from './words.ts';

const MonitorDialog = lazy(() => import('./MonitorDialog.tsx').then((module) => ({ default: module.MonitorDialog })));

const TABLE_HEIGHT = 240;

/** Whether the quality of the running versions is fine, for all monitors. */
export function MonitoringPage() {
  const { team } = useSearch({ from: '__root__' });
  const monitors = useMonitors();
  const open = useOpenEpisodes();
  const health = useProductionHealth({ team });
  const models = health.data?.models.filter(({ monitor }) => monitor !== null);
  const listed = (monitors.data?.monitors ?? []).filter(
    ({ monitor }) => team === undefined || models === undefined || models.some((one) => one.monitor === monitor),
  );
  const late = useLateMonitors(listed);
  const apply = useDocumentApply();
  const [isCreating, setCreating] = useState(false);
  const answer = () => {
    if (monitors.isError) return describeReadError(monitors.error, 'The monitors');
    if (monitors.data === undefined || health.isPending) return <AnswerPending />;
    const text = describeMonitors(listed.length, models);
    const standing = new Set(
      models?.flatMap(({ alerts }) => alerts.filter((one) => one.standing === 'open').map(({ episode }) => episode)),
    );
    const loss = moneyPerDay((open.data?.alerts ?? []).filter(({ episode }) => standing.has(episode)));
    return loss === null ? text : `${text} Estimated loss: ${formatMoney(loss)} a day.`;
  };
  const rows = listed.map((monitor) =>
    toMonitorRow(monitor, { health: models, open: open.data?.alerts ?? [], ...late }),
  );
  return (
    <Page title="Monitoring" answer={answer()}>
      <div className={layout.stack}>
        <DocumentNotice apply={apply} />
        <Card
          title="Quality in production"
          note="By the version that runs now. An alert of earlier versions does not count against it."
          actions={
            <button type="button" className={parts.button} onClick={() => setCreating(true)}>
              New monitor…
            </button>
          }
          flush
        >
          <Loaded
            query={health.isFetched ? monitors : { ...monitors, data: undefined }}
            what="The monitors"
            height={TABLE_HEIGHT}
          >
            {(data) =>
              data.monitors.length === 0 ? (
                <NoMonitors />
              ) : rows.length === 0 ? (
                <EmptyState shows="Monitors of the models of a team." why={`No monitored model belongs to ${team}.`} />
              ) : (
                <MonitorsTable rows={rows} />
              )
            }
          </Loaded>
        </Card>
        {health.isFetched && monitors.data !== undefined && <OpenAlerts monitors={listed} models={models ?? []} />}
      </div>
      {isCreating && (
        <Suspense>
          <MonitorDialog text={NEW_MONITOR} isNew change={apply.change} onClose={() => setCreating(false)} />
        </Suspense>
      )}
    </Page>
  );
}
