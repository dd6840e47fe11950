import { type DateRange, daysLater, findWholeMonth, monthsLater } from './date-range.ts';

export interface Preset {
  readonly id: string;
  readonly label: string;
  readonly range: DateRange;
}

/** Ranges that are asked for by name, on a day in UTC. They become fixed dates, so that a link shows the same later. */
export function presetsOn(today: string): readonly Preset[] {
  const month = today.slice(0, 7);
  const back = (months: number) => monthsLater(month, -months);
  const quarter = monthsLater(month, -((Number(month.slice(5)) - 1) % 3));
  const days = (count: number) => ({ from: daysLater(today, 1 - count), to: today });
  return [
    { id: 'this-month', label: 'This month', range: { from: month, to: month } },
    { id: 'last-month', label: 'Last month', range: { from: back(1), to: back(1) } },
    { id: 'last-7-days', label: 'Last 7 days', range: days(7) },
    { id: 'last-30-days', label: 'Last 30 days', range: days(30) },
    { id: 'last-90-days', label: 'Last 90 days', range: days(90) },
    { id: 'last-3-months', label: 'Last 3 months', range: { from: back(2), to: month } },
    { id: 'this-quarter', label: 'This quarter', range: { from: quarter, to: monthsLater(quarter, 2) } },
    {
      id: 'last-quarter',
      label: 'Last quarter',
      range: { from: monthsLater(quarter, -3), to: monthsLater(quarter, -1) },
    },
    { id: 'year-to-date', label: 'Year to date', range: { from: `${month.slice(0, 4)}-01`, to: month } },
    { id: 'last-12-months', label: 'Last 12 months', range: { from: back(11), to: month } },
  ];
}

/** Months to choose from: the last 13 on a day, those with a bill, and the one in view; newest first. */
export function listMonthChoices(today: string, billed: readonly string[], range: DateRange | undefined): string[] {
  const recent = Array.from({ length: 13 }, (_, back) => monthsLater(today.slice(0, 7), -back));
  const inView = findWholeMonth(range);
  return [...new Set([...recent, ...billed, ...(inView === undefined ? [] : [inView])])].sort().reverse();
}
