import { type AlertStanding, listMonitorAlerts } from '../src/mlops/monitoring/alerts/schema.ts';
import type { Monitor } from '../src/mlops/monitors/schema.ts';
import { type DriftWindow, listDriftWindows } from '../src/mlops/quality/drift-windows/schema.ts';
import { stateStyle } from './alert.ts';
import type { Client } from './connection/client.ts';
import type { Context } from './frame/context.ts';
import { formatCount } from './output/amounts.ts';
import { table } from './output/table.ts';

/** Number of drift windows that are shown with a monitor. */
const SHOWN = 10;

/** Drift windows and alerts of a monitor. */
export async function watchedBy(client: Client, { monitor, spec }: Monitor) {
  const params = { monitor };
  const [drift, { alerts }] = await Promise.all([
    spec.drift === undefined ? null : client.call(listDriftWindows, { params, query: { limit: SHOWN } }),
    client.call(listMonitorAlerts, { params }),
  ]);
  return { drift, alerts };
}

/** Tables of both, each only where there is something of it. */
export function watchedText({ drift, alerts }: Awaited<ReturnType<typeof watchedBy>>, context: Context): string[] {
  const windows = drift?.windows ?? [];
  return [
    ...(windows.length === 0 ? [] : ['', driftText(windows, context)]),
    ...(alerts.length === 0 ? [] : ['', alertsText(alerts, context)]),
  ];
}

function driftText(windows: readonly DriftWindow[], { paint }: Context): string {
  return table(
    windows,
    [
      { title: 'DRIFT FROM', cell: ({ period }) => period.start.slice(0, 16).replace('T', ' ') },
      { title: 'PREDICTIONS', align: 'right', cell: ({ predictions }) => formatCount(predictions) },
      { title: 'P-VALUE', align: 'right', cell: ({ pValue }) => small(pValue) },
      { title: 'THRESHOLD', align: 'right', cell: ({ threshold }) => small(threshold) },
      {
        title: 'DRIFTED',
        cell: driftedText,
        style: ({ drifted }) => (drifted === true ? paint.bad : (text: string) => text),
        least: 12,
      },
    ],
    paint,
  );
}

function driftedText({ drifted, columns, reason }: DriftWindow): string | null {
  if (drifted === null) return reason;
  const names = columns.filter((column) => column.drifted === true).map(({ column }) => column);
  return names.length === 0 ? 'no' : names.join(', ');
}

function small(value: number | null): string | null {
  return value === null ? null : String(Number(value.toPrecision(2)));
}

/** State of each alert with its last check. */
export function alertsText(alerts: readonly AlertStanding[], { paint }: Context): string {
  return table(
    alerts,
    [
      { title: 'ALERT', cell: ({ alert }) => alert },
      { title: 'CAUSE', cell: ({ cause }) => cause },
      {
        title: 'STATE',
        cell: ({ state, since }) => (since === null ? null : state.replace('_', ' ')),
        style: ({ state }) => stateStyle(state, paint),
      },
      { title: 'SINCE', cell: ({ since }) => since?.slice(0, 16).replace('T', ' ') ?? null },
      { title: 'LAST CHECK', cell: ({ reason }) => reason, least: 16 },
    ],
    paint,
  );
}
