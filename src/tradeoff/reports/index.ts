import { AppError } from '../../platform/errors/index.ts';
import {
  handle,
  type Identity,
  isMoneyVisible,
  limitMoney,
  limitWork,
  type ReadAs,
  type Route,
  refuseHidden,
} from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { createSpecKind, type ManifestKind, type ManifestOutcome } from '../../platform/manifests/index.ts';
import { refuseUntold, type TargetRules } from '../../platform/notices/index.ts';
import { findRoutes } from '../../platform/notification-routes/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { readKnownReport, readLimitedReport, readReportAt } from './known.ts';
import type { ReportQuestion } from './make.ts';
import type { SectionProvider } from './provider.ts';
import { deleteReport, getReport, listReports, ReportSpec, showReport } from './schema.ts';
import { anomaliesSection } from './sections/anomalies.ts';
import { alertsSection, decisionsSection, retrainingSection, toDecideSection } from './sections/changes.ts';
import { budgetsSection, costSection, experimentsSection, monthSection, moversSection } from './sections/costs.ts';
import { gpusSection, servingSection } from './sections/production.ts';
import { optimizationsSection, returnsSection, savingsSection } from './sections/savings-and-returns.ts';
import { type SendingDeps, sendDueReports } from './send.ts';
import { findScheduled, findSent, listSent, putScheduled, removeScheduled } from './store.ts';
import { computeSendTime, findLastComplete, findWindow, parseMonth, parseWeek } from './window.ts';

export { reportMigrations } from './migrations.ts';
export type { ReportOwners } from './provider.ts';

/** Every section; `audiences.ts` has their order. */
const SECTIONS: readonly SectionProvider[] = [
  ...[monthSection, budgetsSection, costSection, moversSection, anomaliesSection, savingsSection],
  ...[
    decisionsSection,
    toDecideSection,
    alertsSection,
    servingSection,
    gpusSection,
    experimentsSection,
    retrainingSection,
  ],
  ...[optimizationsSection, returnsSection],
];

const SEND = 'reports.send';
const EVERY_FIVE_MINUTES = '*/5 * * * *';
const MOST_LISTED = 200;

export interface ReportsDeps extends Omit<SendingDeps, 'providers'>, TargetRules {
  readonly jobs: Pick<Jobs, 'register' | 'schedule'>;
  /** Reads figures with the limits of a caller. */
  readonly readAs: ReadAs;
}

/** Weekly and monthly reports for five audiences: on demand, and scheduled by `kind: Report`. */
export interface Reports {
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

export function createReports(given: ReportsDeps): Reports {
  const deps = { ...given, providers: SECTIONS };
  const { store, clock, jobs } = deps;
  jobs.register(SEND, { handler: (_payload, { signal }) => sendDueReports(deps, signal) });
  jobs.schedule(SEND, EVERY_FIVE_MINUTES, { kind: SEND, payload: null });
  return {
    kinds: [createSpecKind('Report', 80, ReportSpec, (sql, name, spec) => applyReport(deps, sql, name, spec))],
    routes: [
      handle(getReport, ({ query: { knownAt, week, month, team, schedule, audience }, identity }) => {
        const question = parseQuestion({ week, month, team, schedule, audience }, clock.now());
        if (limitWork(identity) === null) return readReport(deps, question, knownAt ?? null);
        refuseOtherTeams(identity, { team: question.team, knownAt: knownAt ?? null });
        return readLimitedReport(deps, deps.readAs(identity), question);
      }),
      handle(listReports, async ({ identity }) => ({
        reports: await listSent(store, MOST_LISTED, limitMoney(identity)),
        scheduled: (await findVisibleScheduled(store, identity)).map(
          ({ name, spec: { audience, schedule, team = null } }) => {
            const nextAt = new Date(computeNextSend(schedule, clock.now())).toISOString();
            return { name, audience, schedule, team, nextAt };
          },
        ),
      })),
      handle(showReport, async ({ params: { report } }) => {
        const found = await findSent(store, report);
        if (found === null) throw createNotFound(`There is no report ${report}.`, { report });
        return found;
      }),
      handle(deleteReport, ({ params: { name } }) =>
        store.transaction(async (sql) => {
          if (!(await removeScheduled(sql, name)))
            throw createNotFound(`There is no scheduled report "${name}".`, { name });
          return { deleted: true };
        }),
      ),
    ],
  };
}

async function findVisibleScheduled(sql: Sql, identity: Identity) {
  const teams = limitMoney(identity);
  return (await findScheduled(sql)).filter(({ spec }) => teams === null || teams.includes(spec.team ?? ''));
}

/** Members read the report of a team of theirs, with figures as known now: those that were sent have the figures of their senders. */
function refuseOtherTeams(
  identity: Identity,
  { team, knownAt }: { readonly team: string | null; readonly knownAt: string | null },
): void {
  if (knownAt !== null) throw refuseHidden(identity, 'A report that was sent');
  if (isMoneyVisible(identity, team === null ? {} : { team })) return;
  throw refuseHidden(identity, team === null ? 'The report of all teams' : `The report of team "${team}"`);
}

async function readReport(deps: SendingDeps, question: ReportQuestion, knownAt: string | null) {
  if (knownAt === null) return readKnownReport(deps, question);
  const found = await readReportAt(deps, question, Date.parse(knownAt));
  if (found !== null) return { ...found, restatedSince: null };
  const { name } = question.window;
  throw createNotFound(`No report of ${name} was sent or made up to ${knownAt}.`, { window: name });
}

interface AskedReport extends Omit<ReportQuestion, 'window' | 'team'> {
  readonly week: string | undefined;
  readonly month: string | undefined;
  readonly team: string | undefined;
}

/** Error: `invalid_request` for a week of a monthly report, and the reverse, and for a window that has not begun. */
function parseQuestion({ week, month, team, schedule, audience }: AskedReport, now: number): ReportQuestion {
  const wrong = schedule === 'weekly' ? month : week;
  if (wrong !== undefined) {
    throw new AppError(
      'invalid_request',
      `A ${schedule} report takes no ${schedule === 'weekly' ? 'month' : 'week'}: ${wrong}.`,
    );
  }
  const window =
    week !== undefined ? parseWeek(week) : month !== undefined ? parseMonth(month) : findLastComplete(schedule, now);
  if (window.start > now) throw new AppError('invalid_request', `${window.name} has not begun.`);
  return { schedule, audience, team: team ?? null, window };
}

function computeNextSend(schedule: ReportQuestion['schedule'], now: number): number {
  const last = computeSendTime(findLastComplete(schedule, now));
  return last > now ? last : computeSendTime(findWindow(schedule, now));
}

/** Errors: `manifest_invalid` for a recipient that can never receive it, `manifest_reference_unknown` for an unknown route. */
async function applyReport(deps: ReportsDeps, sql: Sql, name: string, spec: ReportSpec): Promise<ManifestOutcome> {
  refuseUntold(deps, spec.to.notify, 'spec.to.notify');
  for (const route of spec.to.routes) {
    if ((await findRoutes(sql, route)).length > 0) continue;
    const detail = `spec.to.routes: there is no NotificationRoute "${route}". Apply it first.`;
    throw new AppError('manifest_reference_unknown', detail, { route });
  }
  const [before] = await findScheduled(sql, name);
  if (before !== undefined && JSON.stringify(before.spec) === JSON.stringify(spec)) return 'unchanged';
  await putScheduled(sql, name, spec, deps.clock.now());
  return before === undefined ? 'created' : 'changed';
}

function createNotFound(detail: string, context: Readonly<Record<string, string>>): AppError {
  return new AppError('report_not_found', `${detail} List reports with: steelyard report list`, context);
}
