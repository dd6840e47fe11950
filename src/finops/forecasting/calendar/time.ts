import { AppError } from '../../../platform/errors/index.ts';
import { HOUR_MS, MINUTE_MS } from '../../../platform/units/durations.ts';

/** A time as written in the input. */
export interface WrittenTime {
  readonly text: string;
  /** The local wall-clock time in milliseconds since 1970, as if it were UTC. */
  readonly wallMs: number;
  /** Offset of the local clock from UTC. */
  readonly offsetMs: number;
}

const FORM =
  /^(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;
const MOST_OFFSET_MS = 14 * HOUR_MS;

/** Reads `2026-11`, `2026-11-01` or `2026-11-01 08:00[:00[.5]]`, with Z, an offset or neither (UTC). Error: `series_time_invalid`. */
export function readTime(text: string): WrittenTime {
  const found = FORM.exec(text.trim());
  if (found === null) {
    throw createTimeError(text, 'is no time: write 2026-11-01, 2026-11, or 2026-11-01T08:00:00Z');
  }
  const [, year, month, day = '01', hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = found;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const wholeMs = Date.parse(`${iso}Z`);
  if (Number.isNaN(wholeMs) || !new Date(wholeMs).toISOString().startsWith(iso)) {
    throw createTimeError(text, 'is no time that exists');
  }
  const offsetMs = parseOffset(zone);
  if (Math.abs(offsetMs) > MOST_OFFSET_MS) throw createTimeError(text, 'has an offset that is nowhere in use');
  return { text, wallMs: wholeMs + Math.floor(Number(`0.${fraction || '0'}`) * 1000), offsetMs };
}

function parseOffset(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -minutes : minutes) * MINUTE_MS;
}

function createTimeError(text: string, why: string): AppError {
  return new AppError('series_time_invalid', `"${text.slice(0, 40)}" ${why}.`, { time: text.slice(0, 40) });
}
