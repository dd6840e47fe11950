import { getAlert, listAlerts } from '../../../mlops/monitoring/schema.ts';
import type { ResponseOf } from '../../../platform/contract/schema.ts';
import type { Read } from '../../../platform/http/index.ts';
import { formatMetricName } from '../../../platform/units/index.ts';
import { listDecisions } from '../../decisions/schema.ts';
import { listRetrainings } from '../../retraining/schema.ts';
import { moneyCell, textCell } from '../cells.ts';
import { describeUnowned, type Owned, selectOwned } from '../owned.ts';
import type { SectionProvider, SectionQuestion } from '../provider.ts';
import type { ReportWindow } from '../window.ts';

const MOST_ROWS = 10;
const MOST_PAGES = 20;

/** Things of models that the team owns. */
function selectOfModels<T extends { readonly model: string }>(
  { team, owners }: SectionQuestion,
  things: readonly T[],
): Promise<Owned<T>> {
  return selectOwned(team, things, { name: ({ model }) => model, findOwner: ({ model }) => owners.ofModel(model) });
}

/** Decisions of the window, newest first. */
export const decisionsSection: SectionProvider = {
  id: 'decisions',
  title: 'Verdicts of the period',
  of: 'window',
  async build(question) {
    const { own: all, unowned } = await selectOfModels(question, await readDecisions(question.read, question.window));
    return {
      link: '/decisions',
      columns: ['Model', 'Version', 'Verdict', 'Summary'],
      rows: all.slice(0, MOST_ROWS).map(({ decision, model, version, verdict, summary }) => ({
        key: decision,
        cells: [model, version, verdict, formatMetricName(summary)].map((text) =>
          textCell(text, `/decisions/${decision}`),
        ),
      })),
      others: Math.max(0, all.length - MOST_ROWS),
      empty: 'No decision was taken in the window.',
      notes: describeUnowned(unowned, 'decision on a model', 'decisions on models'),
    };
  },
};

/** Decisions in force that are on hold or whose evidence has changed. */
export const toDecideSection: SectionProvider = {
  id: 'to-decide',
  title: 'Models to decide on',
  of: 'present',
  async build(question) {
    const { decisions } = await question.read(listDecisions, { query: { pageSize: 1000 } });
    const waiting = decisions.filter((one) => one.isInForce && (one.verdict === 'hold' || one.needsReevaluation));
    const { own: open, unowned } = await selectOfModels(question, waiting);
    return {
      link: '/decisions',
      columns: ['Model', 'Version', 'Verdict', 'Reason'],
      rows: open.slice(0, MOST_ROWS).map(({ decision, model, version, verdict, summary, needsReevaluation }) => ({
        key: decision,
        cells: [
          model,
          version,
          verdict,
          needsReevaluation ? 'A bill behind the evidence has changed.' : formatMetricName(summary),
        ].map((text) => textCell(text, `/decisions/${decision}`)),
      })),
      others: Math.max(0, open.length - MOST_ROWS),
      empty: 'No model waits for a decision.',
      notes: ['The newest 1,000 decisions.', ...describeUnowned(unowned, 'decision on a model', 'decisions on models')],
    };
  },
};

async function readDecisions(read: Read, { start, end }: ReportWindow) {
  const found = [];
  let pageToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = { pageSize: 1000, ...(pageToken === undefined ? {} : { pageToken }) };
    const { decisions, nextPageToken } = await read(listDecisions, { query });
    found.push(...decisions.filter(({ at }) => Date.parse(at) >= start && Date.parse(at) < end));
    const oldest = decisions.at(-1);
    if (nextPageToken === null || oldest === undefined || Date.parse(oldest.at) < start) break;
    pageToken = nextPageToken;
  }
  return found;
}

/** Alert episodes that were open in the window, as they were at its end, the latest first. */
export const alertsSection: SectionProvider = {
  id: 'alerts',
  title: 'Drift, quality and service alerts',
  of: 'window',
  async build(question) {
    const { read, window } = question;
    const { alerts, nextPageToken } = await read(listAlerts, { query: { pageSize: 1000 } });
    const inWindow = alerts.filter(
      ({ openedAt, closedAt }) =>
        Date.parse(openedAt) < window.end && (closedAt === null || Date.parse(closedAt) >= window.start),
    );
    const { own, unowned } = await selectOfModels(question, inWindow);
    const listed = own.toSorted((a, b) =>
      a.openedAt < b.openedAt || (a.openedAt === b.openedAt && a.episode < b.episode) ? 1 : -1,
    );
    const rows = await Promise.all(listed.slice(0, MOST_ROWS).map((alert) => buildAlertRow(read, alert, window)));
    return {
      link: '/monitoring',
      columns: ['Model', 'Alert', 'State', 'Reason', 'Loss per day'],
      rows,
      others: Math.max(0, own.length - MOST_ROWS),
      empty: 'No alert was open in the window.',
      notes: [
        ...(rows.length === 0 ? [] : ['State and reason at the end of the window.']),
        ...describeUnowned(unowned, 'alert of a model', 'alerts of models'),
        ...(nextPageToken === null ? [] : ['Only the newest 1,000 episodes were searched.']),
      ],
    };
  },
};

type ListedAlert = ResponseOf<typeof listAlerts>['alerts'][number];

async function buildAlertRow(read: Read, alert: ListedAlert, { end }: ReportWindow) {
  const { episode, monitor, model, cause, closedAt } = alert;
  const link = `/monitoring/${encodeURIComponent(monitor)}`;
  const isChanged = Date.parse(alert.changedAt) >= end;
  const steps = isChanged ? (await read(getAlert, { params: { episode } })).steps : [];
  const reason = isChanged ? (steps.findLast(({ at }) => Date.parse(at) < end)?.reason ?? null) : alert.reason;
  const state = closedAt !== null && Date.parse(closedAt) < end ? 'closed' : 'open';
  // A later warning or critical state replaces the loss that was measured in the window.
  const isLossLater = steps.some(({ at, state: now }) => Date.parse(at) >= end && now !== 'ok');
  const why = isLossLater ? 'measured again after the window' : 'no value of a prediction is stated';
  return {
    key: episode,
    cells: [
      ...[model, `${alert.alert} (${cause.replaceAll('_', ' ')})`, state].map((text) => textCell(text, link)),
      textCell(reason === null ? null : formatMetricName(reason), link, 'not recorded in the window'),
      moneyCell(isLossLater ? null : alert.moneyPerDay, link, why),
    ],
  };
}

/** Latest round of each retraining, if it was open in the window. */
export const retrainingSection: SectionProvider = {
  id: 'retraining',
  title: 'Retraining',
  of: 'present',
  async build(question) {
    const { read, window } = question;
    const { retrainings } = await read(listRetrainings, {});
    const { own, unowned } = await selectOfModels(question, retrainings);
    const rounds = own.flatMap(({ model, lastRound }) =>
      lastRound === null ||
      Date.parse(lastRound.openedAt) >= window.end ||
      (lastRound.endedAt !== null && Date.parse(lastRound.endedAt) < window.start)
        ? []
        : [{ model, ...lastRound }],
    );
    return {
      link: '/retraining',
      columns: ['Retraining', 'Model', 'State', 'Cost', 'Expected gain', 'Realized gain'],
      rows: rounds.map(({ retraining, round, model, state, cost, gain, realisedGain }) => {
        const link = `/retraining/${encodeURIComponent(retraining)}/rounds/${round}`;
        return {
          key: `${retraining} ${round}`,
          cells: [
            ...[`${retraining}, round ${round}`, model, state.replaceAll('_', ' ')].map((text) => textCell(text, link)),
            moneyCell(cost, link, 'nothing ran, or a price is missing'),
            moneyCell(gain, link, 'no value of a prediction is stated'),
            moneyCell(realisedGain, link, 'not promoted, or not measured yet'),
          ],
        };
      }),
      others: 0,
      empty: 'No retraining was active in the window.',
      notes: ['The latest round of each retraining.', ...describeUnowned(unowned, 'retraining', 'retrainings')],
    };
  },
};
