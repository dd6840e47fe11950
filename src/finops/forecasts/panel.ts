import type { Subject } from '../../org/schema.ts';
import { sumDecimals } from '../../platform/units/index.ts';
import { DEFAULT_METRIC } from '../billing/schema.ts';
import {
  type Costs,
  type DailyAmount,
  type DailyQuestion,
  type DailyReach,
  findReceivedDays,
  type SourceBehind,
} from '../costs/index.ts';
import { formatDay, toDayNumber } from './days.ts';
import type { ForecastLevel } from './schema.ts';

/** Maximum number of days; older ones are ignored. */
const MOST_DAYS = 400;
/** Maximum number of separately forecast subjects of a level; the smallest are forecast together. */
const MOST_SUBJECTS = 60;
const RECENT_DAYS = 90;

export const OTHERS = '(others)';

/** The days with known bills. */
export interface Reach {
  /** Number of the first day that is read. */
  readonly first: number;
  /** Number of the last complete day. */
  readonly through: number;
  /** Number of the last day with any charge. */
  readonly billedThrough: number;
  readonly months: ReadonlySet<string>;
  /** Sources without a complete day of the month. Forecasts leave out their bills, so that all days have the same sources. */
  readonly behind: readonly SourceBehind[];
}

/** The daily costs of one subject in one currency. */
export interface SubjectSeries {
  readonly level: ForecastLevel;
  readonly key: string | null;
  readonly currency: string;
  /** Exact amounts by day number, of every day with a charge. */
  readonly amounts: ReadonlyMap<number, string>;
  /** Without the sources that are behind, from `Reach.first` to `Reach.through`; NaN on days without a bill. */
  readonly values: Float64Array;
  /** Whether all of its cost came from sources that are behind, so that its present cost is unknown. */
  readonly isBehind: boolean;
}

/** Null when no bill has a charge. */
export function buildReach(reach: DailyReach): Reach | null {
  const [earliest] = reach.months;
  const received = findReceivedDays(reach);
  if (earliest === undefined || received === null) return null;
  const through = toDayNumber(received.through);
  const first = Math.max(toDayNumber(`${earliest}-01`), through - MOST_DAYS + 1);
  const billedThrough = toDayNumber(received.chargedThrough);
  return {
    ...{ first: Math.min(first, through), through, billedThrough },
    ...{ months: new Set(reach.months), behind: received.behind },
  };
}

const levels: readonly { readonly level: ForecastLevel; readonly by: readonly string[] }[] = [
  { level: 'total', by: [] },
  { level: 'team', by: ['team'] },
  { level: 'project', by: ['team', 'project'] },
  { level: 'model', by: ['model'] },
  { level: 'endpoint', by: ['endpoint'] },
  { level: 'service', by: ['serviceName'] },
];

/** The daily costs of everything that is forecast; `planned` are keys that have no cost yet. */
export async function readPanel(
  costs: Pick<Costs, 'dailySeries'>,
  reach: Reach,
  planned: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<SubjectSeries[]> {
  const series: SubjectSeries[] = [];
  for (const { level, by } of levels) {
    const rows = await readDays(costs, reach, { by, subject: {} });
    const extra = planned.get(level) ?? new Set<string>();
    for (const [currency, of] of Map.groupBy(rows, (row) => row.currency)) {
      series.push(...buildSubjects(level, currency, of, reach, extra));
    }
  }
  return series;
}

/** Daily costs within the scope of a budget, by currency. */
export async function readSubject(
  costs: Pick<Costs, 'dailySeries'>,
  reach: Reach,
  subject: Subject,
  level: ForecastLevel,
  key: string,
): Promise<SubjectSeries[]> {
  const rows = await readDays(costs, reach, { by: [], subject });
  return [...Map.groupBy(rows, (row) => row.currency)].map(([currency, of]) =>
    buildSubjectSeries(level, key, currency, of, reach),
  );
}

/** A day of one group: all charges, and the part that the forecast uses. */
interface PanelDay extends DailyAmount {
  /** Without the sources that are behind. */
  readonly modelled: string;
}

async function readDays(
  costs: Pick<Costs, 'dailySeries'>,
  { first, behind }: Reach,
  of: Pick<DailyQuestion, 'by' | 'subject'>,
): Promise<PanelDay[]> {
  const question: DailyQuestion = { ...of, from: formatDay(first), metric: DEFAULT_METRIC };
  const rows = await costs.dailySeries(question);
  if (behind.length === 0) return rows.map((row) => ({ ...row, modelled: row.amount }));
  const others = await costs.dailySeries({ ...question, withoutSources: behind.map(({ source }) => source) });
  const placeOf = ({ keys, day, currency }: DailyAmount) => JSON.stringify([keys, day, currency]);
  const modelled = new Map(others.map((row) => [placeOf(row), row.amount]));
  return rows.map((row) => ({ ...row, modelled: modelled.get(placeOf(row)) ?? '0' }));
}

function buildSubjects(
  level: ForecastLevel,
  currency: string,
  rows: readonly PanelDay[],
  reach: Reach,
  planned: ReadonlySet<string>,
): SubjectSeries[] {
  if (level === 'total') return [buildSubjectSeries(level, null, currency, rows, reach)];
  const groups = Map.groupBy(rows, ({ keys }) => buildSubjectKey(level, keys));
  const recent = (of: readonly PanelDay[]) =>
    of.reduce(
      (sum, { day, amount }) => (toDayNumber(day) > reach.through - RECENT_DAYS ? sum + Math.abs(Number(amount)) : sum),
      0,
    );
  const ordered = [...groups].map(([key, of]) => ({ key, of, size: recent(of) })).toSorted((a, b) => b.size - a.size);
  // The unallocated part is always a separate series, however small. A level with only this part has no information.
  const kept = ordered.filter(({ key }, place) => key === null || place < MOST_SUBJECTS || planned.has(key));
  const rest = ordered.filter((one) => !kept.includes(one)).flatMap(({ of }) => of);
  if (kept.every(({ key }) => key === null) && planned.size === 0) return [];
  return [
    ...kept.map(({ key, of }) => buildSubjectSeries(level, key, currency, of, reach)),
    ...[...planned].filter((key) => !groups.has(key)).map((key) => buildSubjectSeries(level, key, currency, [], reach)),
    ...(rest.length === 0 ? [] : [buildSubjectSeries(level, OTHERS, currency, rest, reach)]),
  ];
}

/** `team/project`; cost without a project stays with its team, and cost without both is unallocated. */
function buildSubjectKey(
  level: ForecastLevel,
  [first = null, second = null]: readonly (string | null)[],
): string | null {
  if (level !== 'project') return first;
  return first === null && second === null ? null : `${first ?? ''}/${second ?? ''}`;
}

function buildSubjectSeries(
  level: ForecastLevel,
  key: string | null,
  currency: string,
  rows: readonly PanelDay[],
  { first, through, months }: Reach,
): SubjectSeries {
  const amounts = new Map<number, string>();
  const modelled = new Map<number, string>();
  for (const row of rows) {
    addTo(amounts, toDayNumber(row.day), row.amount);
    addTo(modelled, toDayNumber(row.day), row.modelled);
  }
  const values = Float64Array.from({ length: through - first + 1 }, (_, index) => {
    const day = first + index;
    if (!months.has(formatDay(day).slice(0, 'YYYY-MM'.length))) return Number.NaN;
    return Number(modelled.get(day) ?? 0);
  });
  const isCharged = (days: ReadonlyMap<number, string>) => [...days.values()].some((amount) => Number(amount) !== 0);
  return { level, key, currency, amounts, values, isBehind: isCharged(amounts) && !isCharged(modelled) };
}

function addTo(days: Map<number, string>, day: number, amount: string): void {
  const before = days.get(day);
  days.set(day, before === undefined ? amount : sumDecimals([before, amount]));
}
