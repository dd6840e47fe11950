import { expect, it } from 'vitest';
import { call, deliverFiles } from '../../testing/application.ts';
import { draws } from '../../testing/deep.ts';
import { seeded } from '../../testing/random.ts';
import { drainAll, type Line, listDays, type MadeLedger, madeBill, openAnomalyLedger } from '../testing/ledger.ts';
import { listAnomalies } from './schema.ts';

interface Delivery {
  readonly source: string;
  readonly month: string;
  readonly content: string;
  /** Order among deliveries of one source and month. */
  readonly version: number;
}

const AWS: readonly Line[] = [
  { team: 'search', service: 'Amazon EC2', sku: 'p4d.24xlarge', quantity: 40, price: 22 },
  { team: 'maps', service: 'Amazon RDS', sku: 'db.r6g', quantity: 96, price: 5, account: '333' },
];
const AZURE: readonly Line[] = [
  { team: 'ads', service: 'Virtual Machines', sku: 'NC24', quantity: 300, price: 9, account: '777', region: 'eastus' },
];
const MONTHS = [
  ['2026-09', '2026-09-30'],
  ['2026-10', '2026-10-31'],
  ['2026-11', '2026-11-14'],
] as const;

/** Three months of two sources, with a spike in November, and an October that was delivered wrong first. */
function deliveries(): Delivery[] {
  return MONTHS.flatMap(([month, last]) => {
    const days = listDays(`${month}-01`, last);
    const rise = (sku: string, from: string, to: string, quantity: number) => (line: Line, day: string) =>
      line.sku === sku && day >= from && day <= to ? { quantity } : {};
    const aws = madeBill(days, { lines: AWS, change: rise('p4d.24xlarge', '2026-11-05', '2026-11-08', 3) });
    const azure = madeBill(days, { lines: AZURE, seed: 2, change: rise('NC24', '2026-10-20', '2026-10-22', 2) });
    const wrong = madeBill(days, { lines: AWS, change: rise('db.r6g', '2026-10-12', '2026-10-15', 4) });
    return [
      ...(month === '2026-10' ? [{ source: 'aws', month, content: wrong, version: 0 }] : []),
      { source: 'aws', month, content: aws, version: 1 },
      { source: 'azure', month, content: azure, version: 1 },
    ];
  });
}

/** A random order; for one source and month the earlier version comes first. */
function shuffled(all: readonly Delivery[], seed: number): Delivery[] {
  const next = seeded(seed);
  const order = all
    .map((one) => ({ one, at: next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one);
  return versionsInOrder(order);
}

function versionsInOrder(order: readonly Delivery[]): Delivery[] {
  const keyOf = ({ source, month }: Delivery) => `${source} ${month}`;
  const queues = Map.groupBy(
    order.toSorted((a, b) => a.version - b.version),
    keyOf,
  );
  return order.map((one) => queues.get(keyOf(one))?.shift() ?? one);
}

async function deliver({ application }: MadeLedger, { source, month, content, version }: Delivery, place: number) {
  const producedAt = new Date(Date.parse('2026-11-15T00:00:00Z') + version * 60_000 + place * 1000).toISOString();
  await deliverFiles(application, source, { [`${month}-${version}.csv`]: content }, { period: month, producedAt });
  await drainAll(application);
}

/**
 * The fields of the anomalies that must not depend on the order of imports: all but the ids, the time of detection, and
 * withdrawn anomalies.
 */
async function answerOf({ application }: MadeLedger) {
  const { anomalies, totals, judging } = await call(application, listAnomalies, {});
  const counted = anomalies
    .filter(({ counts }) => counts)
    .map(({ id: _, foundAt: __, restatement: ___, related, repeats, ...fixed }) => {
      return { ...fixed, related: related.length, repeats: repeats.length };
    });
  return {
    totals,
    alarm: [judging?.from, judging?.through, judging?.series, judging?.alarmStrength],
    counted: counted.map((one) => JSON.stringify(one)).toSorted(),
  };
}

async function deliverAll(order: readonly Delivery[]) {
  await using ledger = await openAnomalyLedger();
  for (const [place, delivery] of order.entries()) await deliver(ledger, delivery, place);
  // Awaited here: the ledger is closed when this function returns.
  const answer = await answerOf(ledger);
  return answer;
}

it('anomalies, states and totals are the same for every order of deliveries', { timeout: 300_000 }, async () => {
  const all = deliveries();
  const expected = await deliverAll(all);
  expect(expected.counted.length).toBeGreaterThan(1);
  const newestFirst = versionsInOrder(all.toReversed());
  const orders = [newestFirst, ...Array.from({ length: draws(20) - 1 }, (_, seed) => shuffled(all, seed + 1))];
  for (const order of orders) {
    const names = order.map(({ source, month, version }) => `${source} ${month} ${version}`).join(', ');
    expect(await deliverAll(order), names).toEqual(expected);
  }
});
