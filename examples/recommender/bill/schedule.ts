import { businessLoad, isWeekend, type Slot } from './calendar.ts';

/** Hours (0..1) that machine `index` of `count` ran within the hour `slot`. */
export type Schedule = (slot: Slot, index: number, count: number) => number;

/** Round the clock. */
export const always: Schedule = () => 1;

/** Machines follow the users' load: machine k runs for the part of the hour in which more than k were wanted. */
export const autoscaled: Schedule = (slot, index, count) =>
  index === 0 ? 1 : clamp(businessLoad(slot) * count - index + 0.15);

/** Monday to Friday between two UTC hours. */
export function onWeekdays(fromHour: number, toHour: number): Schedule {
  return (slot) => (!isWeekend(slot) && slot.hourOfDay >= fromHour && slot.hourOfDay < toHour ? 1 : 0);
}

/** Every night from `fromHour` (UTC) for `hours` hours; a fraction ends within its last hour. */
export function nightly(fromHour: number, hours: number): Schedule {
  return (slot) => clamp(hours - (slot.hourOfDay - fromHour)) * (slot.hourOfDay >= fromHour ? 1 : 0);
}

/** The waste to be found: off on weekday nights, but left on from Friday morning to Monday evening. */
export const leftOnOverWeekends: Schedule = (slot) => {
  const working = slot.hourOfDay >= 8 && slot.hourOfDay < 20;
  if (isWeekend(slot)) return 1;
  if (slot.weekday === 5) return slot.hourOfDay >= 8 ? 1 : 0;
  if (slot.weekday === 1) return slot.hourOfDay < 20 ? 1 : 0;
  return working ? 1 : 0;
};

/** A campaign of the middle month: around the clock from one day of the month to another (inclusive). */
export function burst(fromDay: number, toDay: number): Schedule {
  return (slot) => (slot.monthIndex === 1 && slot.dayOfMonth >= fromDay && slot.dayOfMonth <= toDay ? 1 : 0);
}

/** Runs by `schedule`, but only from the last of the three months on: something new. */
export function newInLastMonth(schedule: Schedule): Schedule {
  return (slot, index, count) => (slot.monthIndex === 2 ? schedule(slot, index, count) : 0);
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
