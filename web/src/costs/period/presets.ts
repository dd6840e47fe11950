import { type CostRange, daysLater, monthsLater } from './range.ts';

export interface Preset {
  readonly id: string;
  readonly label: string;
  readonly range: CostRange;
}

/** Periods that are asked for by name, on a day in UTC. They become fixed dates, so that a link shows the same later. */
export function presetsOn(today: string): readonly Preset[] {
  const month = today.slice(0, 7);
  const back = (months: number) => monthsLater(month, -months);
  return [
    { id: 'this-month', label: 'This month', range: { from: month, to: month } },
    { id: 'last-month', label: 'Last month', range: { from: back(1), to: back(1) } },
    { id: 'last-3', label: 'Last 3 months', range: { from: back(2), to: month } },
    { id: 'last-12', label: 'Last 12 months', range: { from: back(11), to: month } },
    { id: 'last-7-days', label: 'Last 7 days', range: { from: daysLater(today, -6), to: today } },
    { id: 'last-30-days', label: 'Last 30 days', range: { from: daysLater(today, -29), to: today } },
  ];
}
