import { createHandlingRoutes, findHandling, findHandlings } from '../../platform/acknowledgements/index.ts';
import { formatCsvLine } from '../../platform/csv/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { handle, handleDownload, limitMoney, type Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { formatDay, toDayNumber } from './day.ts';
import { askForJudging } from './judging.ts';
import { type Counting, countMinor, selectAnomalies, sumAnomalyTotals, toListedAnomaly } from './list.ts';
import { readGravity } from './notices/gravity.ts';
import {
  type Anomaly,
  type AnomalyFeedback,
  type AnomalyList,
  type AnomalySelection,
  anomaliesCsv,
  anomalyHandling,
  getAnomaly,
  giveAnomalyFeedback,
  type LedgerJudging,
  listAnomalies,
  undoAnomalyFeedback,
} from './schema.ts';
import { isOfGpus } from './slice.ts';
import { findAnomalies, findAnomaly, findJudging, putFeedback, type StoredAnomaly } from './store.ts';
import { limitAnomalies, limitJudging } from './visible-anomalies.ts';

export interface LedgerRouteDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly jobs: Pick<Jobs, 'enqueue'>;
  /** Percentage of the spend of a scope from which on an anomaly counts. */
  readonly minImpactPercent: number;
}

const MOST_LISTED = 500;
/** Default length of a plan for an open anomaly. */
const PLAN_DAYS = 14;

export function createLedgerRoutes({ store, clock, jobs, minImpactPercent }: LedgerRouteDeps): Route[] {
  const everything: Counting = { scope: [], minPercent: minImpactPercent };
  const toListed = async (sql: Sql, found: StoredAnomaly, teams: Teams = null) =>
    toListedAnomaly(
      limitAnomalies(teams, [found])[0] ?? found,
      limitAnomalies(teams, await findAnomalies(sql, false)),
      teams === null ? everything : buildCounting({}, teams, minImpactPercent),
      await findHandling(sql, 'anomaly', found.id),
    );
  const gravityOf = async (sql: Sql, anomaly: string) => readGravity(await existing(sql, anomaly));
  return [
    ...createHandlingRoutes(anomalyHandling, { store, clock, noun: 'anomaly', gravityOf }),
    handle(listAnomalies, ({ query, identity }) =>
      readAnomalyList({ store, minImpactPercent, teams: limitMoney(identity) }, query),
    ),
    handleDownload(anomaliesCsv, async ({ query, identity }) => ({
      contentType: 'text/csv; charset=utf-8',
      filename: 'anomalies.csv',
      content: await readAnomaliesCsv({ store, minImpactPercent, teams: limitMoney(identity) }, query),
    })),
    handle(getAnomaly, async ({ params: { anomaly }, identity }) => {
      const found = await existing(store, anomaly);
      return { ...(await toListed(store, found, limitMoney(identity))), evidence: found.evidence };
    }),
    handle(giveAnomalyFeedback, ({ params: { anomaly }, body: { verdict, until, note }, actor }) =>
      store.transaction(async (sql) => {
        const found = await existing(sql, anomaly);
        const through = findJudgedDay(found, (await findJudging(sql))?.judging ?? null);
        const feedback: AnomalyFeedback = {
          verdict,
          until: planUntil(found, verdict, until),
          note: note ?? null,
          by: actor,
          at: new Date(clock.now()).toISOString(),
          afterDay: through,
          from: null,
        };
        await putFeedback(sql, anomaly, feedback);
        await askForJudging(jobs, sql);
        return toListed(sql, { ...found, feedback });
      }),
    ),
    handle(undoAnomalyFeedback, ({ params: { anomaly } }) =>
      store.transaction(async (sql) => {
        const found = await existing(sql, anomaly);
        await putFeedback(sql, anomaly, null);
        await askForJudging(jobs, sql);
        return toListed(sql, { ...found, feedback: null });
      }),
    ),
  ];
}

/** Teams to which the charges of an answer are limited; null: none. */
type Teams = readonly string[] | null;

interface ListDeps {
  readonly store: Store;
  readonly minImpactPercent: number;
  readonly teams: Teams;
}

async function readAnomalyList(
  { store, minImpactPercent, teams }: ListDeps,
  query: AnomalySelection,
): Promise<AnomalyList> {
  const counting = buildCounting(query, teams, minImpactPercent);
  const [stored, judging] = [limitAnomalies(teams, await findAnomalies(store, false)), await findJudging(store)];
  const { anomalies, handlings } = await selectOwned(store, stored, query);
  return {
    anomalies: anomalies
      .slice(0, MOST_LISTED)
      .map((one) => toListedAnomaly(one, stored, counting, handlings.get(one.id))),
    others: Math.max(0, anomalies.length - MOST_LISTED),
    totals: sumAnomalyTotals(anomalies, query, counting),
    minor: countMinor(anomalies, counting),
    minImpactPercent,
    judging: limitJudging(teams, judging?.judging ?? null),
    ...(teams === null ? {} : { partial: { teams: [...teams] } }),
  };
}

/** The requested anomalies with their owners; `owner` selects by them. */
async function selectOwned(store: Store, stored: readonly StoredAnomaly[], query: AnomalySelection) {
  const selected = selectAnomalies(stored, query);
  const handlings = await findHandlings(
    store,
    'anomaly',
    selected.map(({ id }) => id),
  );
  const { owner } = query;
  const isOwned = ({ id }: StoredAnomaly) =>
    owner === undefined || (handlings.get(id)?.assigned?.to.name ?? 'none') === owner;
  return { anomalies: selected.filter(isOwned), handlings };
}

async function readAnomaliesCsv(
  { store, minImpactPercent, teams }: ListDeps,
  query: AnomalySelection,
): Promise<string> {
  const counting = buildCounting(query, teams, minImpactPercent);
  const stored = limitAnomalies(teams, await findAnomalies(store, false));
  const { anomalies, handlings } = await selectOwned(store, stored, query);
  return csvOf(anomalies.map((one) => toListedAnomaly(one, [], counting, handlings.get(one.id))));
}

/** Anomalies of a team count by the spend of the team; those of a caller who is limited to teams by that of each team. */
function buildCounting({ team }: Pick<AnomalySelection, 'team'>, teams: Teams, minPercent: number): Counting {
  const scope = team === undefined ? (teams ?? []) : [team];
  return { scope: scope.map((value) => ({ dimension: 'team', value })), minPercent };
}

function findJudgedDay({ measure, end }: StoredAnomaly, judging: LedgerJudging | null): string {
  return (isOfGpus(measure) ? judging?.gpusThrough : judging?.through) ?? end;
}

async function existing(sql: Sql, id: string): Promise<StoredAnomaly> {
  const found = await findAnomaly(sql, id);
  if (found !== null) return found;
  const detail = `There is no anomaly ${id}. List the anomalies with: steelyard anomaly list`;
  throw new AppError('anomaly_not_found', detail, { anomaly: id });
}

function planUntil(
  { start, end, state }: StoredAnomaly,
  verdict: AnomalyFeedback['verdict'],
  until: string | undefined,
): string | null {
  if (verdict !== 'planned') {
    if (until === undefined) return null;
    const detail = `Only a plan has a last day. Give the verdict "planned", or leave out ${until}.`;
    throw new AppError('anomaly_feedback_invalid', detail, { verdict, until });
  }
  if (until !== undefined && until < start) {
    const detail = `The plan would end on ${until}, before the anomaly begins on ${start}. Give a later day.`;
    throw new AppError('anomaly_feedback_invalid', detail, { start, until });
  }
  return until ?? (state === 'open' ? formatDay(toDayNumber(end) + PLAN_DAYS) : end);
}

const COLUMNS = [
  'id',
  'state',
  'direction',
  'kind',
  'measure',
  'start',
  'end',
  'actual',
  'expected',
  'impact',
  'currency',
  'unit',
  'sentence',
] as const;

function csvOf(anomalies: readonly Anomaly[]): string {
  const lines = anomalies.map((one) =>
    formatCsvLine([
      ...COLUMNS.map((column) => one[column]),
      one.slice.map(({ dimension, value }) => `${dimension}=${value}`).join(' '),
      one.feedback?.verdict ?? null,
      String(one.counts),
    ]),
  );
  return [formatCsvLine([...COLUMNS, 'slice', 'feedback', 'counts']), ...lines].join('');
}
