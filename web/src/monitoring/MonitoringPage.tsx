import { formatMoney } from '../format/money.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { MonitorsTable } from './MonitorsTable.tsx';
import { NoMonitors } from './NoMonitors.tsx';
import { useLateMonitors, useMonitors, useOpenEpisodes } from './use-monitors.ts';
import { moneyPerDay, monitorsAnswer } from './words.ts';

const TABLE_HEIGHT = 240;

/** All monitors with quality, drift and loss. */
export function MonitoringPage() {
  const monitors = useMonitors();
  const open = useOpenEpisodes();
  const alerts = open.data?.alerts;
  const late = useLateMonitors(monitors.data?.monitors ?? []);
  const answer = () => {
    if (monitors.isError) return 'The monitors could not be read.';
    if (monitors.data === undefined || open.isPending) return <AnswerPending />;
    const worth = moneyPerDay(alerts ?? []);
    const text = monitorsAnswer(monitors.data.monitors.length, alerts);
    return `${text.replace(/\.$/, '')}${worth === null ? '' : `, estimated to cost ${formatMoney(worth)} a day`}.`;
  };
  return (
    <Page title="Monitoring" answer={answer()}>
      <Card title="Model quality in production" note="Figures of the latest day with predictions" flush>
        <Loaded query={monitors} what="The monitors" height={TABLE_HEIGHT}>
          {(data) =>
            data.monitors.length > 0 ? (
              <MonitorsTable monitors={data.monitors} open={alerts ?? []} {...late} />
            ) : (
              <NoMonitors />
            )
          }
        </Loaded>
      </Card>
    </Page>
  );
}
