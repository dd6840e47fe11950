import type { BillRow } from './focus-columns.ts';
import { Exact, plain } from './money.ts';

/** Errors and gaps of the first delivery of the month; the cloud corrected them with the next delivery. */
const PRICE_FACTOR = '1.25';
const WRONG_DAYS = /-1[56] /;
const TWICE_DAY = /-20 /;
const MONEY = ['BilledCost', 'ContractedCost', 'EffectiveCost', 'ContractedUnitPrice'] as const;

/**
 * The AWS bill of a month as it was first delivered, made of the final one: the credit and the last day of the tokens had
 * not come yet, two days of the ranker's endpoints stood at a wrong price, and one volume's day was there twice.
 */
export function* firstEdition(rows: Iterable<BillRow>, lastDay: string): Generator<BillRow> {
  let isTwice = false;
  for (const row of rows) {
    if (row.ChargeCategory === 'Credit' || isLate(row, lastDay)) continue;
    yield isAtWrongPrice(row) ? reprice(row) : row;
    if (isTwice || !isVolume(row)) continue;
    isTwice = true;
    yield row;
  }
}

function isLate({ ServiceName, ChargePeriodStart }: BillRow, lastDay: string): boolean {
  return ServiceName?.includes('Bedrock Edition') === true && ChargePeriodStart?.startsWith(lastDay) === true;
}

function isAtWrongPrice(row: BillRow): boolean {
  return isRankerEndpoint(row) && WRONG_DAYS.test(row.ChargePeriodStart ?? '');
}

function isRankerEndpoint({ ResourceName }: BillRow): boolean {
  return ResourceName?.startsWith('ranker-endpoint') === true;
}

function isVolume({ ServiceName, ChargePeriodStart = '' }: BillRow): boolean {
  return ServiceName === 'Amazon Elastic Block Store' && TWICE_DAY.test(ChargePeriodStart);
}

function reprice(row: BillRow): BillRow {
  const repriced: BillRow = { ...row };
  for (const column of MONEY) {
    const amount = row[column];
    if (amount !== undefined) repriced[column] = plain(new Exact(amount).times(PRICE_FACTOR));
  }
  return repriced;
}

/** The bill of a month as a later delivery restates it: all days of the ranker's endpoints at 1.25 times the price. */
export function* restatedEdition(rows: Iterable<BillRow>): Generator<BillRow> {
  for (const row of rows) yield isRankerEndpoint(row) ? reprice(row) : row;
}

/** The first days of a month's bill, as a short one-time export contains them. */
export function* firstDays(rows: Iterable<BillRow>, days: number): Generator<BillRow> {
  for (const row of rows) {
    const day = Number(row.ChargePeriodStart?.slice(8, 10));
    if (row.ChargeCategory === 'Usage' && day <= days) yield row;
  }
}
