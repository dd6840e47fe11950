import { listAnomalies } from '../../../finops/anomalies/schema.ts';
import { listAlerts } from '../../../mlops/monitoring/schema.ts';
import type { Read } from '../../../platform/http/index.ts';
import { decimal } from '../../../platform/units/index.ts';
import { listDecisions } from '../../decisions/schema.ts';
import { listRecommendations } from '../../recommendations/schema.ts';
import { listRetrainings } from '../../retraining/schema.ts';
import { moneyCell, textCell } from '../cells.ts';
import type { SectionProvider } from '../provider.ts';
import { listEnds, type ReportWindow } from '../window.ts';

const MOST_ROWS = 10;
const MOST_PAGES = 20;

/** Anomalies with a day in the window that count, the largest impact first. */
export const anomaliesSection: SectionProvider = {
  id: 'anomalies',
  title: 'Anomalies',
  of: 'window',
  async build({ read, window, team }) {
    const [from, to] = listEnds(window);
    const { anomalies, others, judging } = await read(listAnomalies, { query: team === null ? {} : { team } });
    const own = anomalies
      .filter(({ start, end, counts }) => counts && start <= to && end >= from)
      .toSorted((a, b) =>
        decimal(b.impact ?? '0')
          .abs()
          .comparedTo(decimal(a.impact ?? '0').abs()),
      );
    return {
      link: '/anomalies',
      columns: ['Anomaly', 'State', 'Impact'],
      rows: own.slice(0, MOST_ROWS).map(({ id, sentence, state, impact, currency }) => ({
        key: id,
        cells: [
          ...[textCell(sentence, `/anomalies/${id}`), textCell(state, `/anomalies/${id}`)],
          moneyCell(
            impact === null || currency === null ? null : { amount: impact, currency },
            `/anomalies/${id}`,
            'the measure has no price',
          ),
        ],
      })),
      others: Math.max(0, own.length - MOST_ROWS),
      empty: judging === null ? 'The ledger has not been judged yet.' : 'No anomaly has a day in the window.',
      notes: [
        'The impact is of all days of an anomaly, also those outside the window.',
        ...(others > 0 ? [`${others} older anomalies were not searched.`] : []),
      ],
    };
  },
};

/** Savings: realised of those applied, and joint of those open. */
export const savingsSection: SectionProvider = {
  id: 'savings',
  title: 'Savings',
  of: 'present',
  async build({ read, team }) {
    if (team !== null) return null;
    const open = await read(listRecommendations, { query: { state: 'open' } });
    const done = await read(listRecommendations, { query: { state: 'done' } });
    const applied = done.recommendations.map(({ recommendation, title, saving, realised }) => ({
      key: recommendation,
      cells: [
        textCell(title, `/recommendations/${recommendation}`),
        textCell('applied', `/recommendations/${recommendation}`),
        moneyCell(saving.monthly, `/recommendations/${recommendation}`, saving.reason),
        moneyCell(
          realised?.monthly ?? null,
          `/recommendations/${recommendation}`,
          realised === null ? 'not measured yet' : realised.reason,
        ),
      ],
    }));
    const totals = open.totals.map(({ saving, recommendations }) => ({
      key: `open ${saving.monthly?.currency ?? saving.cost?.currency ?? ''}`,
      cells: [
        textCell(`${recommendations} open recommendations together`, '/recommendations'),
        textCell('open', '/recommendations'),
        moneyCell(saving.monthly, '/recommendations', saving.reason),
        moneyCell(null, '/recommendations', 'not applied'),
      ],
    }));
    return {
      link: '/recommendations',
      columns: ['Recommendation', 'State', 'Stated a month', 'Realised a month'],
      rows: [...totals, ...applied.slice(0, MOST_ROWS)],
      others: Math.max(0, applied.length - MOST_ROWS),
      empty: 'There is no recommendation.',
      notes: [
        'A month is 730 hours. The open saving counts each hour once.',
        ...(open.unknownSavings > 0
          ? [`${open.unknownSavings} open recommendations with an unknown saving are in no sum.`]
          : []),
      ],
    };
  },
};

/** Decisions of the window, newest first. */
export const decisionsSection: SectionProvider = {
  id: 'decisions',
  title: 'Verdicts of the period',
  of: 'window',
  async build({ read, window, team }) {
    if (team !== null) return null;
    const all = await readDecisions(read, window);
    return {
      link: '/decisions',
      columns: ['Model', 'Version', 'Verdict', 'Summary'],
      rows: all.slice(0, MOST_ROWS).map(({ decision, model, version, verdict, summary }) => ({
        key: decision,
        cells: [model, version, verdict, summary].map((text) => textCell(text, `/decisions/${decision}`)),
      })),
      others: Math.max(0, all.length - MOST_ROWS),
      empty: 'No decision was taken in the window.',
      notes: [],
    };
  },
};

/** Decisions in force that are on hold or whose evidence has changed. */
export const toDecideSection: SectionProvider = {
  id: 'to-decide',
  title: 'Models to decide on',
  of: 'present',
  async build({ read, team }) {
    if (team !== null) return null;
    const { decisions } = await read(listDecisions, { query: { pageSize: 1000 } });
    const open = decisions.filter((one) => one.isInForce && (one.verdict === 'hold' || one.needsReevaluation));
    return {
      link: '/decisions',
      columns: ['Model', 'Version', 'Verdict', 'Reason'],
      rows: open.slice(0, MOST_ROWS).map(({ decision, model, version, verdict, summary, needsReevaluation }) => ({
        key: decision,
        cells: [model, version, verdict, needsReevaluation ? 'A bill behind the evidence has changed.' : summary].map(
          (text) => textCell(text, `/decisions/${decision}`),
        ),
      })),
      others: Math.max(0, open.length - MOST_ROWS),
      empty: 'No model waits for a decision.',
      notes: ['The newest 1,000 decisions.'],
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

/** Alert episodes that were open in the window. */
export const alertsSection: SectionProvider = {
  id: 'alerts',
  title: 'Drift, quality and service alerts',
  of: 'window',
  async build({ read, window, team }) {
    if (team !== null) return null;
    const { alerts, nextPageToken } = await read(listAlerts, { query: { pageSize: 1000 } });
    const own = alerts.filter(
      ({ openedAt, closedAt }) =>
        Date.parse(openedAt) < window.end && (closedAt === null || Date.parse(closedAt) >= window.start),
    );
    return {
      link: '/monitoring',
      columns: ['Model', 'Alert', 'State', 'Reason', 'Loss a day'],
      rows: own.slice(0, MOST_ROWS).map(({ episode, monitor, model, alert, cause, closedAt, reason, moneyPerDay }) => {
        const link = `/monitoring/${encodeURIComponent(monitor)}`;
        const state = closedAt === null ? 'open' : 'closed';
        return {
          key: episode,
          cells: [
            ...[model, `${alert} (${cause.replaceAll('_', ' ')})`, state, reason].map((text) => textCell(text, link)),
            moneyCell(moneyPerDay, link, 'no value of a prediction is stated'),
          ],
        };
      }),
      others: Math.max(0, own.length - MOST_ROWS),
      empty: 'No alert was open in the window.',
      notes: nextPageToken === null ? [] : ['Only the newest 1,000 episodes were searched.'],
    };
  },
};

/** Latest round of each retraining, if it was open in the window. */
export const retrainingSection: SectionProvider = {
  id: 'retraining',
  title: 'Retraining',
  of: 'present',
  async build({ read, window, team }) {
    if (team !== null) return null;
    const { retrainings } = await read(listRetrainings, {});
    const rounds = retrainings.flatMap(({ model, lastRound }) =>
      lastRound === null ||
      Date.parse(lastRound.openedAt) >= window.end ||
      (lastRound.endedAt !== null && Date.parse(lastRound.endedAt) < window.start)
        ? []
        : [{ model, ...lastRound }],
    );
    return {
      link: '/retraining',
      columns: ['Retraining', 'Model', 'State', 'Cost', 'Expected gain', 'Realised gain'],
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
      notes: ['The latest round of each retraining.'],
    };
  },
};
