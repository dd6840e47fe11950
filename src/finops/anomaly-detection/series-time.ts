const DATED = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d)?(\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?$/;
const COUNTED = /^\d+(\.\d+)?$/;
/** Seconds since 1970 reach this in the year 5138; a larger number is in milliseconds. */
const LEAST_MILLISECONDS = 1e11;
const MOST_MILLISECONDS = 8.64e15;

/**
 * Parses a day, a date and time (without an offset: UTC), or seconds or milliseconds since 1970. Returns milliseconds since
 * 1970, or the error as a few words that follow the text. Example: "2026-11-01 08:00" gives 1793520000000.
 */
export function parseSeriesTime(text: string): number | string {
  const [, day, time = '00:00', seconds = ':00', fraction = '', offset = 'Z'] = DATED.exec(text) ?? [];
  if (day !== undefined) {
    const at = Date.parse(`${day}T${time}${seconds}${fraction.slice(0, 4)}${offset}`);
    return Number.isNaN(at) || !isRealDay(day) ? 'is no date that exists' : at;
  }
  if (COUNTED.test(text)) {
    const number = Number(text);
    const at = number < LEAST_MILLISECONDS ? number * 1000 : number;
    return at > MOST_MILLISECONDS ? 'is no time' : Math.round(at);
  }
  if (text === '') return 'is empty: write a date and time';
  return 'is no time: write "2026-11-01", "2026-11-01 08:00:00", or seconds since 1970';
}

/** `Date.parse` takes 30 February for 2 March. */
function isRealDay(day: string): boolean {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
}
