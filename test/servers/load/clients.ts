import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ImportResult, importBill } from '../../../src/finops/billing/schema.ts';
import { Reservation } from '../../../src/finops/budgets/reservations/schema.ts';
import { getBudget, listBudgets } from '../../../src/finops/budgets/schema.ts';
import { costSummary } from '../../../src/finops/costs/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { decimal } from '../../../src/platform/units/index.ts';
import { createUpload } from '../../../src/platform/uploads/schema.ts';
import type { Sender } from './sender.ts';

/** How the clients pace themselves: people and jobs wait between their requests. */
const PREDICT_EVERY_MS = 60;
const IMPORT_EVERY_MS = 2500;
const LOOK_EVERY_MS = 400;
export const ROWS = 200;
const PERIODS_A_SOURCE = 12;

/** A campaign: its clients continue until it is over. */
export interface Campaign {
  readonly sender: Sender;
  isOver(): boolean;
}

/** Sends two rows at a time, each request again until it is answered; returns the ids of the rows, which each request got. */
export async function predict({ sender, isOver }: Campaign, client: string): Promise<string[]> {
  const answered: string[] = [];
  const inputs = [
    [1, 1],
    [2, 2],
  ];
  for (let count = 0; !isOver(); count += 1) {
    const id = `${client}-${count}`;
    const { status, text } = await sender.post(
      '/serve/kept/invocations',
      { inputs },
      { 'x-steelyard-prediction-id': id },
    );
    if (status !== 200) throw new Error(`prediction ${id}: ${status} ${text}`);
    answered.push(`${id}-0`, `${id}-1`);
    await pause(PREDICT_EVERY_MS);
  }
  return answered;
}

export interface Imported {
  /** Source and billing period of each. */
  readonly bills: string[];
  /** Sum of `billedCost` of those that replaced the earlier ones of their period. */
  readonly total: string;
}

/** Imports the bills of one source, period after period, then those that replace them, and every third one twice. */
export async function importBills({ sender, isOver }: Campaign, source: string): Promise<Imported> {
  const bills: string[] = [];
  const costs = new Map<string, string>();
  for (let count = 0; !isOver(); count += 1) {
    const period = `2026-${String((count % PERIODS_A_SOURCE) + 1).padStart(2, '0')}`;
    // A bill that replaces one and is far from it would be held until a person decides.
    const cost = `${1000 + count}.37`;
    const bill = createBill(period, { cost, resource: source });
    await importOne(sender, source, bill);
    bills.push(`${source} ${period}`);
    costs.set(period, cost);
    if (count % 3 === 0 && !(await importOne(sender, source, bill)).unchanged) throw new Error(`${source} changed`);
    await pause(IMPORT_EVERY_MS);
  }
  const total = [...costs.values()].reduce((sum, cost) => sum.plus(decimal(cost).times(ROWS)), decimal('0'));
  return { bills, total: total.toFixed() };
}

/** A bill of one month in which every row costs the same. */
export function createBill(
  month: string,
  { cost, resource }: { readonly cost: string; readonly resource: string },
): string {
  const header = 'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ResourceId';
  const lines = Array.from({ length: ROWS }, (_, row) => `${cost},USD,${month}-01,${month}-02,${resource}-${row}`);
  return `${[header, ...lines].join('\n')}\n`;
}

/** Sends a bill and imports it; an import whose answer was lost is asked for again with the same upload. */
export async function importOne(sender: Sender, source: string, bill: string): Promise<ImportResult> {
  const path = buildUrl(createUpload, { query: { name: 'bill.csv' } });
  const headers = { 'content-type': 'application/octet-stream' };
  const sent = await sender.send(path, { method: 'POST', headers, body: bill });
  const { upload } = createUpload.response.parse(JSON.parse(sent.text));
  const body = { source, files: [{ upload, name: 'bill.csv' }] };
  const { status, text } = await sender.post(buildUrl(importBill, {}), body);
  if (status !== 200) throw new Error(`${source}: ${status} ${text}`);
  return ImportResult.parse(JSON.parse(text));
}

const RESOURCE = { subject: { team: 'recs' }, resource: 'gpu', quantity: '1', origin: 'campaign' };
const LEASE_SECONDS = 7200;
/** Each reservation sets the cost of its grace period aside, far more than it spends: clients compete until the end. */
export const GRACE_SECONDS = 3600;
const LONGEST_HOLD_MS = 2000;

/** Money of one client: settled reservations, and how many were refused. */
export interface Spent {
  readonly settled: number;
  readonly refused: number;
  /** Cost of all its reservations. */
  readonly total: string;
}

/** Reserves money, holds it for a moment and settles; a request without an answer is sent again with the same id. */
export async function reserve({ sender, isOver }: Campaign, client: string): Promise<Spent> {
  let [settled, refused, total] = [0, 0, decimal('0')];
  for (let count = 0; !isOver(); count += 1) {
    const reservation = `${client}-${count}`;
    const asked = { reservation, ...RESOURCE, leaseSeconds: LEASE_SECONDS, graceSeconds: GRACE_SECONDS };
    const opened = await sender.post('/api/v1/budget-reservations', asked);
    if (opened.status === 200) {
      await pause(randomInt(LONGEST_HOLD_MS));
      const end = new Date().toISOString();
      const ended = await sender.post(`/api/v1/budget-reservations/${reservation}/settle`, { end });
      const { spent } = Reservation.parse(JSON.parse(ended.text));
      total = total.plus(decimal(spent?.amount ?? '0'));
      settled += 1;
    } else if (opened.text.includes('"budget_exceeded"')) refused += 1;
    else throw new Error(`reservation ${reservation}: ${opened.status} ${opened.text}`);
    await pause(randomInt(LONGEST_HOLD_MS));
  }
  return { settled, refused, total: total.toFixed() };
}

/** Looks at pages; returns how much the budget was exceeded by, each time that it was. */
export async function look({ sender, isOver }: Campaign): Promise<string[]> {
  const exceeded: string[] = [];
  while (!isOver()) {
    await sender.send('/', { method: 'GET' });
    await sender.call(costSummary, { query: { by: 'team', metric: 'billedCost' } });
    await sender.call(listBudgets, {});
    const { spent, reserved, limit } = await sender.call(getBudget, { params: { budget: 'recs' } });
    const taken = decimal(spent?.amount ?? '0').plus(decimal(reserved.amount));
    if (taken.greaterThan(decimal(limit.amount))) exceeded.push(taken.minus(decimal(limit.amount)).toFixed());
    await pause(LOOK_EVERY_MS);
  }
  return exceeded;
}
