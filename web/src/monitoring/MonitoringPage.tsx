import { useSearch } from '@tanstack/react-router';
import { formatMoney } from '../format/money.ts';
import { useProductionHealth } from '../health/use-production-health.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { MonitorsTable } from './MonitorsTable.tsx';
import { describeMonitors } from './model-status.ts';
import { toMonitorRow } from './monitor-rows.ts';
import { NoMonitors } from './NoMonitors.tsx';
import { useLateMonitors, useMonitors, useOpenEpisodes } from './use-monitors.ts';
import { moneyPerDay } from './words.ts';

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
  const answer = () => {
    if (monitors.isError) return 'The monitors could not be read.';
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
      <Card
        title="Quality in production"
        note="By the version that runs now. An alert of earlier versions does not count against it."
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
    </Page>
  );
}
