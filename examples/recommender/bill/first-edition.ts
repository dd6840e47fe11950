import type { BillRow } from './focus-columns.ts';
import { Exact, plain } from './money.ts';

/** Errors and gaps of the first delivery of the month; the cloud corrected them with the next delivery. */
const WRONG_PRICE_FACTOR = '1.25';
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
    yield isAtWrongPrice(row) ? atWrongPrice(row) : row;
    if (isTwice || !isVolume(row)) continue;
    isTwice = true;
    yield row;
  }
}

function isLate({ ServiceName, ChargePeriodStart }: BillRow, lastDay: string): boolean {
  return ServiceName?.includes('Bedrock Edition') === true && ChargePeriodStart?.startsWith(lastDay) === true;
}

function isAtWrongPrice({ ResourceName, ChargePeriodStart = '' }: BillRow): boolean {
  return ResourceName?.startsWith('ranker-endpoint') === true && WRONG_DAYS.test(ChargePeriodStart);
}

function isVolume({ ServiceName, ChargePeriodStart = '' }: BillRow): boolean {
  return ServiceName === 'Amazon Elastic Block Store' && TWICE_DAY.test(ChargePeriodStart);
}

function atWrongPrice(row: BillRow): BillRow {
  const wrong: BillRow = { ...row };
  for (const column of MONEY) {
    const amount = row[column];
    if (amount !== undefined) wrong[column] = plain(new Exact(amount).times(WRONG_PRICE_FACTOR));
  }
  return wrong;
}

/** The first days of a month's bill, as a short one-time export contains them. */
export function* firstDays(rows: Iterable<BillRow>, days: number): Generator<BillRow> {
  for (const row of rows) {
    const day = Number(row.ChargePeriodStart?.slice(8, 10));
    if (row.ChargeCategory === 'Usage' && day <= days) yield row;
  }
}
