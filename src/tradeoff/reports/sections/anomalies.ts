import { type Anomaly, listAnomalies } from '../../../finops/anomalies/schema.ts';
import { decimal, formatDayText, sumDecimals } from '../../../platform/units/index.ts';
import { moneyCell, textCell } from '../cells.ts';
import type { ReportOwners, SectionProvider } from '../provider.ts';
import type { ReportRow } from '../schema.ts';
import { listEnds } from '../window.ts';

const MOST_ROWS = 10;

/** First and last UTC day of the window. */
type Ends = readonly [from: string, to: string];

/** Anomalies with a day in the window that count, as they were at its end, the largest impact first. */
export const anomaliesSection: SectionProvider = {
  id: 'anomalies',
  title: 'Anomalies',
  of: 'window',
  async build({ read, owners, window, team }) {
    const ends = listEnds(window);
    const { anomalies, others, judging } = await read(listAnomalies, { query: team === null ? {} : { team } });
    const found = anomalies.filter(({ start, end, counts }) => counts && start <= ends[1] && end >= ends[0]);
    const teams = await Promise.all(found.map(({ slice }) => findTeamOfSlice(owners, slice)));
    const own = found.filter((_, at) => team === null || teams[at] === team);
    const rows = own
      .map((anomaly) => ({ anomaly, impact: computeImpactInWindow(anomaly, ends) }))
      .toSorted(
        (one, other) => compareImpacts(one.impact, other.impact) || (one.anomaly.id < other.anomaly.id ? -1 : 1),
      )
      .map(({ anomaly, impact }) => buildRow(anomaly, impact, ends));
    const shared = found.length - own.length;
    return {
      link: '/anomalies',
      columns: ['Anomaly', 'State', 'Impact'],
      rows: rows.slice(0, MOST_ROWS),
      others: Math.max(0, rows.length - MOST_ROWS),
      empty: judging === null ? 'Anomaly detection has not run yet.' : 'No anomaly has a day in the window.',
      notes: [
        'State and impact at the end of the window. The impact is of its days in the window.',
        ...(shared > 0
          ? [`${shared} that the team shares with other teams: left out, as its amounts are not of the team.`]
          : []),
        ...(others > 0 ? [`${others} older anomalies were not searched.`] : []),
      ],
    };
  },
};

/** Team of all charges of a slice; null when it has those of several teams. */
async function findTeamOfSlice(owners: ReportOwners, slice: Anomaly['slice']): Promise<string | null> {
  const find = (of: string) => slice.find(({ dimension }) => dimension === of)?.value;
  const [team, endpoint, model] = [find('team'), find('endpoint'), find('model')];
  return owners.ofSubject({
    ...(team === undefined ? {} : { team }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(model === undefined ? {} : { model }),
  });
}

/** Whether it was known at the end of the window that the anomaly is over: later days then change neither its text nor its impact. */
const isSettled = ({ end }: Anomaly, [, to]: Ends): boolean => end < to;

/** Impact of its days in the window; null for a rate with days outside it, and where no price is known. */
function computeImpactInWindow(anomaly: Anomaly, ends: Ends): string | null {
  const { impact, differences, start } = anomaly;
  const [from, to] = ends;
  if (differences.length > 0) {
    return sumDecimals(differences.filter(({ day }) => day >= from && day <= to).map(({ amount }) => amount));
  }
  return isSettled(anomaly, ends) && start >= from ? impact : null;
}

const compareImpacts = (one: string | null, other: string | null): number =>
  decimal(other ?? '0')
    .abs()
    .comparedTo(decimal(one ?? '0').abs());

function buildRow(anomaly: Anomaly, impact: string | null, ends: Ends): ReportRow {
  const { id, sentence, state, currency } = anomaly;
  const link = `/anomalies/${id}`;
  const isOver = isSettled(anomaly, ends);
  const reason =
    anomaly.impact === null ? 'the measure has no price' : 'the impact of a rate is known for all of its days together';
  return {
    key: id,
    cells: [
      textCell(isOver ? sentence : describeContinuing(anomaly), link),
      textCell(isOver ? state : 'open', link),
      moneyCell(impact === null || currency === null ? null : { amount: impact, currency }, link, reason),
    ],
  };
}

/** Example: `Cost, more money than expected: p4d.24xlarge · search, from 2026-11-17 to the end of the window.` */
function describeContinuing({ slice, measure, direction, start }: Anomaly): string {
  const name = slice.length === 0 ? 'everything' : slice.map(({ value }) => value).join(' · ');
  const words = measure.replaceAll('_', ' ').replace('gpu', 'GPU');
  const side = direction === 'over' ? 'more money than expected' : 'less money than expected';
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}, ${side}: ${name}, from ${formatDayText(start)} to the end of the window.`;
}
