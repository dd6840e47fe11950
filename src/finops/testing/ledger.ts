import type { Application } from '../../main.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { deliverFiles, postponeJobs, testApplication } from '../../testing/application.ts';
import { normal, seeded } from '../../testing/random.ts';
import { applyRules } from './allocation.ts';

const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`) / DAY_MS;
const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
const toMonth = (day: string): string => day.slice(0, 'YYYY-MM'.length);

/** Something that is bought every day. */
export interface Line {
  readonly team: string;
  readonly service: string;
  readonly sku: string;
  readonly account?: string;
  readonly region?: string;
  readonly endpoint?: string;
  /** Units a day, and the price of one. */
  readonly quantity: number;
  readonly price: number;
}

/** Simulated change: factors for a line on a day; 1 for no change. */
export type Change = (line: Line, day: string) => { readonly quantity?: number; readonly price?: number };

export const LINES: readonly Line[] = [
  { team: 'search', service: 'Amazon EC2', sku: 'p4d.24xlarge', quantity: 40, price: 22, region: 'us-east-1' },
  { team: 'search', service: 'Amazon EC2', sku: 'm6i.4xlarge', quantity: 300, price: 0.8 },
  { team: 'search', service: 'Amazon S3', sku: 'storage', quantity: 9000, price: 0.02 },
  { team: 'ads', service: 'Amazon EC2', sku: 'g5.2xlarge', quantity: 200, price: 1.2, account: '222' },
  { team: 'ads', service: 'Amazon Bedrock', sku: 'claude-input', quantity: 4000, price: 0.05, account: '222' },
  { team: 'maps', service: 'Amazon EC2', sku: 'c7i.8xlarge', quantity: 250, price: 1.4, account: '333' },
  { team: 'maps', service: 'Amazon RDS', sku: 'db.r6g', quantity: 96, price: 1.1, account: '333' },
];

const HEADER =
  'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,SubAccountId,RegionId,ServiceName,SkuId,ResourceId,PricingQuantity,PricingUnit,Tags';
const WEEKEND = [0, 6];

/** The bill of the days of a month from a seed: weekends at 80 %, noise of 4 %, no trend. Costs have six decimals. */
export function madeBill(
  days: readonly string[],
  {
    lines = LINES,
    seed = 1,
    change = () => ({}),
  }: {
    readonly lines?: readonly Line[];
    readonly seed?: number;
    readonly change?: Change;
  } = {},
): string {
  const rows = lines.flatMap((line, place) =>
    days.map((day) => {
      const next = seeded(seed * 7919 + place * 104_729 + dayNumber(day));
      const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
      const usual = line.quantity * (WEEKEND.includes(weekday) ? 0.8 : 1) * (1 + 0.04 * normal(next));
      const { quantity: more = 1, price: dearer = 1 } = change(line, day);
      const quantity = (usual * more).toFixed(3);
      const cost = (Number(quantity) * line.price * dearer).toFixed(6);
      const [start, end] = [`${day}T00:00:00Z`, `${dayText(dayNumber(day) + 1)}T00:00:00Z`];
      const { account = '111', region = 'eu-west-1', service, sku, team, endpoint } = line;
      const tags = `"${JSON.stringify({ team, endpoint }).replaceAll('"', '""')}"`;
      const month = `${toMonth(day)}-01T00:00:00Z`;
      return [
        cost,
        cost,
        'USD',
        month,
        start,
        end,
        'Usage',
        account,
        region,
        service,
        sku,
        `r-${sku}`,
        quantity,
        'Hours',
        tags,
      ].join();
    }),
  );
  return `${[HEADER, ...rows].join('\n')}\n`;
}

export function listDays(first: string, last: string): string[] {
  const from = dayNumber(first);
  return Array.from({ length: dayNumber(last) - from + 1 }, (_, index) => dayText(from + index));
}

/** A server with a ledger that is delivered day by day; the test sets its clock. */
export async function openLedger(now = '2026-11-15T12:00:00Z', settings: Parameters<typeof testApplication>[1] = {}) {
  const clock = { at: Date.parse(now) };
  const application = await testApplication({ clock: { now: () => clock.at } }, settings);
  await applyRules(
    application,
    "    - {name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}', endpoint: '{tag:endpoint}'}}\n",
  );
  return {
    application,
    at: (instant: string) => {
      clock.at = Date.parse(instant);
    },
    /** Delivers the days, a file for each month, and lets everything that follows be done. */
    deliver: async (days: readonly string[], made: Parameters<typeof madeBill>[1] = {}) => {
      for (const [month, of] of Map.groupBy(days, toMonth)) {
        const options = { period: month, producedAt: new Date(clock.at).toISOString() };
        await deliverFiles(application, 'aws', { [`${month}.csv`]: madeBill(of, made) }, options);
        clock.at += 1000;
      }
      await drainAll(application);
    },
    [Symbol.asyncDispose]: () => application[Symbol.asyncDispose](),
  };
}

/** The same without forecasts: for tests of anomalies alone. */
export async function openAnomalyLedger(...options: Parameters<typeof openLedger>) {
  const ledger = await openLedger(...options);
  await postponeJobs(ledger.application, 'forecasts.make');
  return ledger;
}

export type MadeLedger = Awaited<ReturnType<typeof openLedger>>;

/** Events reach their subscribers and jobs are done. */
export async function drainAll({ events, jobs, notifications }: Application): Promise<void> {
  await events.drain();
  await jobs.drain();
  await notifications.drain();
}
