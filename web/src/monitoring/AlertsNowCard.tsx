import type { MonitorSpec } from '../../../src/mlops/monitors/schema.ts';
import type { ModelHealth, ProductionAlert } from '../../../src/tradeoff/production-health/schema.ts';
import { counted } from '../format/number.ts';
import { StandingMark } from '../health/StandingMark.tsx';
import { Card } from '../parts/Card.tsx';
import { Instant } from '../parts/Instant.tsx';
import layout from '../parts/layout.module.css';
import { useNarrow } from '../parts/use-narrow.ts';
import { VersionLink } from '../parts/VersionLink.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './monitoring.module.css';
import { Standings } from './Standings.tsx';
import { CAUSES } from './words.ts';

interface AlertsNowCardProps {
  readonly monitor: string;
  readonly spec: MonitorSpec;
  /** Null: the model is not known. */
  readonly model: ModelHealth | null;
  /** The page has alerts of several monitors. */
  readonly isNamed?: boolean;
}

/** Open alerts with the versions that answered in their windows, and the verdict on the running version. */
export function AlertsNowCard({ monitor, spec, model, isNamed = false }: AlertsNowCardProps) {
  const alerts = model?.alerts ?? [];
  const open = alerts.filter(({ standing }) => standing !== 'cleared').length;
  return (
    <Card
      title={`Alerts on the running version${isNamed ? `, ${monitor}` : ''}`}
      note={
        alerts.length === 0
          ? `No alert is open. ${counted(spec.alerts.length, 'alert is', 'alerts are')} evaluated.`
          : `${counted(alerts.length, 'alert is', 'alerts are')} open; ${alerts.length - open} of them cleared by the running version`
      }
      flush
    >
      {alerts.length === 0 ? (
        spec.alerts.length > 0 && <Standings monitor={monitor} alerts={spec.alerts} />
      ) : (
        <SortableTable
          label={`Open alerts of ${monitor}`}
          rows={alerts}
          columns={[
            { head: 'Alert', by: (one) => one.alert },
            { head: 'Running version', by: (one) => one.standing },
            {
              head: 'Answered in the window',
              by: (one) => one.answeredBy.map(({ version }) => version).join(', '),
              className: table.wideOnly,
            },
            { head: 'Verdict', by: (one) => one.sentence, className: table.wideOnly },
            { head: 'Open since', by: (one) => one.openedAt, className: table.wideOnly },
          ]}
          row={(alert) => <AlertRows key={alert.episode} alert={alert} />}
        />
      )}
    </Card>
  );
}

function AlertRows({
  alert: { alert, cause, model, standing, answeredBy, running, sentence, openedAt, mutedUntil },
}: {
  readonly alert: ProductionAlert;
}) {
  const isNarrow = useNarrow();
  const verdict = running.find((one) => one.standing === standing);
  const text = verdict === undefined ? sentence : capitalize(verdict.sentence);
  return (
    <>
      <tr className={isNarrow ? styles.withVerdict : undefined}>
        <th scope="row">
          {alert}
          <span className={layout.sub}>{CAUSES[cause]}</span>
        </th>
        <td>
          <StandingMark standing={standing} />
          {mutedUntil !== null && (
            <span className={layout.sub}>
              muted until <Instant at={mutedUntil} />
            </span>
          )}
          {verdict !== undefined && (
            <span className={layout.sub}>
              <VersionLink model={model} version={verdict.version}>
                v{verdict.version}
              </VersionLink>
            </span>
          )}
        </td>
        <td className={table.wideOnly}>
          {answeredBy.length === 0
            ? 'unknown'
            : answeredBy.map(({ version }) => (version === null ? 'no version' : `v${version}`)).join(', ')}
        </td>
        <td className={`${styles.verdict} ${table.wideOnly}`}>{text}</td>
        <td className={table.wideOnly}>
          <Instant at={openedAt} />
        </td>
      </tr>
      {isNarrow && (
        <tr>
          <td colSpan={2}>{text}</td>
        </tr>
      )}
    </>
  );
}

function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
