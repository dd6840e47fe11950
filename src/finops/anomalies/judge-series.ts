import { DAY_MS } from '../../platform/units/durations.ts';
import type { Episode, EpisodeKind } from '../anomaly-detection/index.ts';
import { createChangeJudge } from '../anomaly-detection/index.ts';
import type { Candidate, CandidateSummary, JudgedDay, Lesson } from './candidate.ts';
import type { LedgerSeries } from './series.ts';
import type { SeriesMemory } from './series-memory.ts';
import { getMoneySide } from './slice.ts';

export type { Candidate, Lesson } from './candidate.ts';

/** Maximum factor of the alarm threshold after any number of false alarms. */
const MOST_STRENGTH_RATIO = 2;
/** A price has less noise than the purchased quantity. */
const LEAST_PRICE_DEVIATION = 0.02;
/** Idle cost is skewed: some days have far more of it. This factor keeps the stated alarm rate, measured with lognormal noise of 0.35. */
const IDLE_STRENGTH_RATIO = 1.3;

/** Judges the days of a series in order, each by the days before; an incomplete day cannot be a dip. */
export function judgeSeries(
  series: LedgerSeries,
  strength: number,
  lessons: readonly Lesson[],
  memory?: SeriesMemory,
): Candidate[] {
  const alarmStrength = series.measure === 'gpu_idle_cost' ? strength * IDLE_STRENGTH_RATIO : strength;
  const options = {
    stepMs: DAY_MS,
    seasonSteps: 7,
    monthly: true,
    ...(series.measure === 'unit_cost' ? { leastDeviation: LEAST_PRICE_DEVIATION } : {}),
  };
  const side = getMoneySide(series.measure);
  const known = memory?.resume(series, alarmStrength, lessons) ?? null;
  let ratio = known?.ratio ?? 1;
  let judge = createChangeJudge({ ...options, alarmStrength: alarmStrength * ratio }, known?.state);
  const pending = lessons.toSorted((a, b) => a.afterDay - b.afterDay).slice(known?.learned ?? 0);
  const days: JudgedDay[] = [...(known?.days ?? [])];
  const found: CandidateSummary[] = [...(known?.found ?? [])];
  const learn = (day: number) => {
    while (pending[0] !== undefined && pending[0].afterDay < day) {
      const { accept, strengthRatio = 1 } = pending.shift() ?? {};
      const open = judge.open();
      if (accept !== undefined && open !== null && isMeant(accept, open, side)) keep(judge.accept());
      ratio = Math.min(MOST_STRENGTH_RATIO, ratio * strengthRatio);
      judge = createChangeJudge({ ...options, alarmStrength: alarmStrength * ratio }, judge.state());
    }
  };
  const candidateOf = (firstDay: number, lastDay: number, kind: EpisodeKind | null, open: boolean) => {
    const of = days.filter(({ day }) => day >= firstDay && day <= lastDay);
    const actual = of.reduce((sum, { value }) => sum + value, 0);
    const expected = of.reduce((sum, { expected: usual }) => sum + (usual ?? 0), 0);
    const direction: 1 | -1 = actual < expected ? (side === 1 ? -1 : 1) : side;
    return {
      series,
      kind: kind ?? (actual < expected ? 'dip' : 'spike'),
      direction,
      firstDay,
      lastDay,
      open,
      actual,
      expected,
    } as const;
  };
  const keep = (episode: ReturnType<typeof judge.open>) => {
    if (episode === null) return;
    const { startAt, endAt, kind, open, impact } = episode;
    const [firstDay, lastDay] = [startAt / DAY_MS, endAt / DAY_MS];
    const before = found.at(-1);
    const goesOn = before !== undefined && isSame(before, { direction: Math.sign(impact) * side, firstDay, kind });
    if (goesOn) found.pop();
    found.push(
      candidateOf(goesOn ? before.firstDay : firstDay, lastDay, goesOn && before.kind !== kind ? null : kind, open),
    );
  };
  const from = known?.points ?? 0;
  for (const [index, { day, value }] of series.points.slice(from).entries()) {
    learn(day);
    if (series.incompleteFrom !== null && day >= series.incompleteFrom) {
      const { expected } = createChangeJudge(options, judge.state()).judge(day * DAY_MS, value);
      if (expected !== null && value < expected) continue;
    }
    const { expected, ended } = judge.judge(day * DAY_MS, value);
    days.push({ day, value, expected, spread: judge.newest().spread });
    keep(ended);
    const learned = lessons.length - pending.length;
    memory?.note(series, { points: from + index + 1, days, found, ratio, learned, state: judge.state() });
  }
  learn(Number.POSITIVE_INFINITY);
  keep(judge.open());
  return found.map((candidate) => ({ ...candidate, series, days }));
}

/** A change that recurs after a weekend is the same change. */
const MOST_GAP_DAYS = 2;

function isSame(
  before: Pick<Candidate, 'direction' | 'lastDay' | 'kind'>,
  { direction, firstDay, kind }: { readonly direction: number; readonly firstDay: number; readonly kind: EpisodeKind },
): boolean {
  if (before.kind === 'level_shift' || kind === 'level_shift' || before.direction !== direction) return false;
  return firstDay - before.lastDay - 1 <= MOST_GAP_DAYS;
}

/** The first day of a change is an estimate and may move by this many days. */
const MOVED_DAYS = 3;

function isMeant(
  { direction, firstDay, lastDay }: NonNullable<Lesson['accept']>,
  open: Episode,
  side: 1 | -1,
): boolean {
  const [first, last] = [open.startAt / DAY_MS, open.endAt / DAY_MS];
  return (
    Math.sign(open.impact) * side === direction &&
    first >= firstDay - MOVED_DAYS &&
    first <= lastDay &&
    last >= firstDay
  );
}
