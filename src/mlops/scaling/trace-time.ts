/** An instant of a trace as whole seconds and a fraction; separate, so that no digit is lost. */
export interface TraceTime {
  readonly seconds: number;
  /** 0 up to 1. */
  readonly fraction: number;
}

const DATED = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?$/;
const COUNTED = /^\d+(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Reads `2023-11-16 18:17:03.9799600`, ISO 8601 with or without an offset (without: UTC), or a number of seconds; what else it is, as a
 * few words that follow the text.
 */
export function parseTraceTime(text: string): TraceTime | string {
  const [, day, time, fraction = '', offset = 'Z'] = DATED.exec(text) ?? [];
  if (day !== undefined) {
    const instant = Date.parse(`${day}T${time}${offset}`);
    if (Number.isNaN(instant) || !isRealDay(day)) return 'is not an existing date';
    return { seconds: instant / 1000, fraction: Number(`0${fraction}`) };
  }
  if (COUNTED.test(text)) {
    const exact = Number(text);
    if (!Number.isFinite(exact)) return 'is not a time';
    return { seconds: Math.floor(exact), fraction: exact - Math.floor(exact) };
  }
  if (text === '') return 'is empty: write a date and time, or seconds';
  if (/^-\d/.test(text)) return 'is negative: times start at zero';
  return 'is not a time: write "2026-11-01 08:00:00.5", or seconds';
}

/** `Date.parse` takes 30 February for 2 March. */
function isRealDay(day: string): boolean {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
}

/** Seconds from one time to another; negative when the other is earlier. */
export function computeSecondsBetween(from: TraceTime, to: TraceTime): number {
  return to.seconds - from.seconds + (to.fraction - from.fraction);
}
