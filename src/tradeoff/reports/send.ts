import { createHash, randomUUID } from 'node:crypto';
import { notifyNamed, type RoutedNotice } from '../../platform/notification-routes/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { buildBasis, buildReportTitle, renderReportHtml } from './html.ts';
import { type MakingDeps, makeReport } from './make.ts';
import { formatReportCell, type ReportDocument } from './schema.ts';
import { type FullReport, findScheduled, hasSent, insertSent, type StoredReport } from './store.ts';
import { computeSendTime, findLastComplete } from './window.ts';

export interface SendingDeps extends MakingDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly publicUrl: string | null;
}

/** Makes, stores and files the reports that are due: the last complete window of each document, once over all servers. */
export async function sendDueReports(deps: SendingDeps, signal: AbortSignal): Promise<void> {
  for (const report of await findScheduled(deps.store)) {
    if (signal.aborted) return;
    try {
      await sendIfDue(deps, report);
    } catch (error) {
      // The other reports are still sent, and this one is retried in five minutes.
      deps.log.error({ err: error, report: report.name }, 'a report could not be made');
    }
  }
}

async function sendIfDue(deps: SendingDeps, { name: source, spec, appliedAt }: StoredReport): Promise<void> {
  const { store, clock, publicUrl } = deps;
  const { schedule, audience, team = null, to } = spec;
  const now = clock.now();
  const window = findLastComplete(schedule, now);
  const dueAt = computeSendTime(window);
  if (now < dueAt || dueAt < appliedAt || (await hasSent(store, source, window.name))) return;
  const document = await makeReport(deps, { schedule, audience, team, window }, now);
  const html = renderReportHtml(document, publicUrl);
  const { name, knownAt } = document;
  const id = { report: randomUUID(), source, schedule, audience, team, name, knownAt };
  const sent: FullReport = { ...id, document, html, htmlSha256: createHash('sha256').update(html).digest('hex') };
  await store.transaction(async (sql) => {
    if (!(await insertSent(sql, sent))) return;
    const routed = buildReportNotice(sent, publicUrl);
    await notifyNamed(sql, routed, { routes: to.routes, document: `Report/${source}`, targets: to.notify });
  });
}

function buildReportNotice(sent: FullReport, publicUrl: string | null): RoutedNotice {
  const { report, source, document, html, team, knownAt, htmlSha256 } = sent;
  const title = buildReportTitle(document);
  const link = `/reports?report=${report}`;
  const page = publicUrl === null ? [] : [`${publicUrl.replace(/\/$/, '')}${link}`];
  const id = `report:${source}:${document.name}`;
  return {
    ...{
      topic: 'report',
      severity: 'info',
      teams: team === null ? [] : [team],
      subject: `report/${source}`,
      at: knownAt,
    },
    notice: {
      ...{ id, title, text: [title, ...buildBasis(document), '', ...describeSections(document), ...page].join('\n') },
      ...{ html, link },
      event: {
        ...{ specversion: '1.0', id, source: `/api/v1/reports/sent/${report}`, type: 'steelyard.report.sent' },
        ...{
          subject: source,
          time: knownAt,
          datacontenttype: 'application/json',
          data: { report, htmlSha256, document },
        },
      },
    },
  };
}

/** The report as plain text: a line for each row. */
export function describeSections({ sections, leftOut }: ReportDocument): string[] {
  const lines = sections.flatMap(({ title, columns, rows, empty, others, notes }) => [
    title.toUpperCase(),
    ...(rows.length === 0 ? [empty] : []),
    ...rows.map(({ cells }) =>
      cells
        .map((cell, at) => {
          const text = cell.value === null ? `– (${cell.reason ?? 'not known'})` : formatReportCell(cell);
          return at === 0 ? text : `${columns[at] ?? ''}: ${text}`;
        })
        .join('; '),
    ),
    ...(others === 0 ? [] : [`${others} more not listed.`]),
    ...notes,
    '',
  ]);
  return [...lines, ...leftOut.map((line) => `Left out: ${line}`)];
}
