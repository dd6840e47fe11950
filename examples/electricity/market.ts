import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Half an hour of the electricity market of New South Wales (Harries 1999, "elec2"): all but `up` scaled to 0..1. */
export interface HalfHour {
  /** When it was known, Unix milliseconds. */
  readonly at: number;
  /** Time of the day. */
  readonly period: number;
  readonly nswprice: number;
  readonly nswdemand: number;
  readonly vicprice: number;
  readonly vicdemand: number;
  readonly transfer: number;
  /** The predicted label: true if the price is above its mean of the preceding 24 hours. */
  readonly up: boolean;
}

const FIRST = Date.UTC(1996, 4, 7);
export const HALF_HOUR_MS = 1_800_000;
const HEADER = 'period,nswprice,nswdemand,vicprice,vicdemand,transfer,class';

/** The market from `elec2.csv.gz`, in order of time from 1996-05-07T00:00Z. Error: a header that is another. */
export function readMarket(file: string): HalfHour[] {
  const [header, ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
  if (header?.trimEnd() !== HEADER) throw new SyntaxError(`${file}, line 1: expected ${HEADER}`);
  return lines.map((line, row) => {
    const [period = 0, nswprice = 0, nswdemand = 0, vicprice = 0, vicdemand = 0, transfer = 0, up] = line
      .split(',')
      .map(Number);
    const at = FIRST + row * HALF_HOUR_MS;
    return { at, period, nswprice, nswdemand, vicprice, vicdemand, transfer, up: up === 1 };
  });
}

export function between(market: readonly HalfHour[], from: number, until: number): HalfHour[] {
  return market.filter(({ at }) => at >= from && at < until);
}
