import { useState } from 'react';
import type { Alert } from '../../../src/mlops/monitoring/alerts/schema.ts';
import type { MonitorSpec } from '../../../src/mlops/monitors/schema.ts';
import { counted } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { UndoNotice } from '../parts/UndoNotice.tsx';
import { EpisodesTable } from './EpisodesTable.tsx';
import { EvaluateNow } from './EvaluateNow.tsx';
import { MuteDialog } from './MuteDialog.tsx';
import styles from './monitoring.module.css';
import { Standings } from './Standings.tsx';
import { useEpisodes } from './use-monitors.ts';
import { useMute } from './use-mute.ts';

/** Height for one or two episodes; more are rarely open concurrently. */
const HEIGHT = 132;

const ALERT_LINES = `  alerts:
    - {name: drifted, on: drift}
    - {name: silent, on: no_data, minutes: 60}
`;

interface AlertsCardProps {
  readonly monitor: string;
  readonly spec: MonitorSpec;
}

/** Open episodes with their cost, and the state of every alert. */
export function AlertsCard({ monitor, spec }: AlertsCardProps) {
  const episodes = useEpisodes(monitor);
  const mutes = useMute();
  const [asked, setAsked] = useState<Alert | null>(null);
  const { muted, unmute, dismiss } = mutes;
  const open = episodes.data?.alerts.filter(({ closedAt }) => closedAt === null).length;
  const ask = (alert: Alert) => {
    mutes.mute.reset();
    setAsked(alert);
  };
  return (
    <Card
      title="Alerts and their cost"
      note={
        open === undefined
          ? // The space keeps the line's height while the number is unknown.
            '\u00a0'
          : open === 0
            ? 'No alert is open.'
            : `${counted(open, 'alert is open', 'alerts are open')}`
      }
      actions={spec.alerts.length > 0 && <EvaluateNow monitor={monitor} />}
      flush
    >
      {muted?.mute != null && (
        <div className={styles.inset}>
          <UndoNotice busy={unmute.isPending} undo={() => unmute.mutate(muted.episode)} dismiss={dismiss}>
            {muted.alert} is muted until {formatInstant(muted.mute.until)}.
          </UndoNotice>
        </div>
      )}
      {spec.alerts.length === 0 ? (
        <EmptyState
          shows="Every alert: its state, its evidence and its cost per day."
          why="This monitor has no alerts. Put these lines under spec in its document, and apply it again."
          command="steelyard apply -f monitor.yaml"
        >
          <ExampleFile name="monitor.yaml" text={ALERT_LINES} />
        </EmptyState>
      ) : (
        <>
          <Standings monitor={monitor} alerts={spec.alerts} />
          <Loaded query={episodes} what="The episodes" height={HEIGHT}>
            {(data) =>
              data.alerts.length > 0 && (
                <EpisodesTable
                  monitor={monitor}
                  alerts={data.alerts}
                  onMute={ask}
                  onUnmute={(alert) => unmute.mutate(alert.episode)}
                />
              )
            }
          </Loaded>
        </>
      )}
      {asked !== null && <MuteDialog alert={asked} mutes={mutes} onClose={() => setAsked(null)} />}
    </Card>
  );
}
