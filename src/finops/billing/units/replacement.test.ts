import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../../main.ts';
import { call, catchProblem } from '../../../testing/application.ts';
import { isDeep } from '../../../testing/deep.ts';
import { quietApplication } from '../../../testing/shared.ts';
import { costSummary } from '../../costs/schema.ts';
import { importBill, listDeliveries, preferDelivery, revertDelivery } from '../schema.ts';

/** Two exports of one account, which describe the same charges while both have rows, and one of another account. */
const EXPORTS = ['daily', 'monthly', 'elsewhere'] as const;
type Export = (typeof EXPORTS)[number];

type Step =
  | { readonly kind: 'deliver'; readonly name: Export; readonly version: number; readonly madeOn: number }
  | { readonly kind: 'revert'; readonly pick: number }
  | { readonly kind: 'prefer'; readonly name: Export };

const name = fc.constantFrom(...EXPORTS);
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      // Version 0 has no rows; the rows of each other version have distinct amounts.
      arbitrary: fc.record({
        kind: fc.constant('deliver' as const),
        name,
        version: fc.integer({ min: 0, max: 3 }),
        madeOn: fc.integer({ min: 1, max: 9 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('revert' as const), pick: fc.nat({ max: 20 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('prefer' as const), name }) },
  ),
  { minLength: 1, maxLength: 12 },
);

interface Known {
  readonly name: Export;
  readonly version: number;
  readonly madeOn: number;
  readonly order: number;
  readonly ignored: boolean;
  readonly id: string;
}

/** Reference model of the replacement law, in its simplest form. */
class Law {
  readonly known: Known[] = [];
  readonly standing = new Map<Export, Known>();
  readonly arrivals: Export[] = [];
  /** Last preference between the two exports of one account while they overlapped. */
  #preferred: Export | null = null;

  deliver(step: Step & { kind: 'deliver' }, id: string): void {
    if (this.known.some((old) => old.id === id)) return;
    const ignored = this.known.some((old) => old.name === step.name && old.madeOn > step.madeOn);
    const delivery: Known = { ...step, order: this.known.length, ignored, id };
    this.known.push(delivery);
    if (!ignored) this.stand(delivery);
  }

  /** The active delivery after a revert, or null where no earlier one exists. */
  revert(delivery: Known): Known | null {
    const stands = this.standing.get(delivery.name);
    if (stands?.id !== delivery.id) return delivery;
    const before = this.known
      .filter((old) => old.name === delivery.name && (!old.ignored || old.id === delivery.id))
      .toSorted((a, b) => a.madeOn - b.madeOn || a.order - b.order);
    return before[before.indexOf(delivery) - 1] ?? null;
  }

  stand(delivery: Known): void {
    this.standing.set(delivery.name, delivery);
    if (!this.arrivals.includes(delivery.name)) this.arrivals.push(delivery.name);
  }

  prefer(of: Export): void {
    if (of !== 'elsewhere' && this.#overlap) this.#preferred = of;
  }

  /** The charges overlap whatever they cost, unless one delivery has no rows. */
  get #overlap(): boolean {
    return (this.standing.get('daily')?.version ?? 0) !== 0 && (this.standing.get('monthly')?.version ?? 0) !== 0;
  }

  /** Counted deliveries: of overlapping exports the preferred one, else the first by name. */
  counted(): Known[] {
    const shadowed = this.#overlap ? this.shadowed() : null;
    return [...this.standing.values()].filter((delivery) => delivery.name !== shadowed);
  }

  shadowed(): Export {
    return this.#preferred === 'monthly' ? 'daily' : 'monthly';
  }

  total(): number {
    return this.counted().reduce((sum, { name: of, version }) => sum + costOf(of, version), 0);
  }
}

const costOf = (of: Export, version: number) =>
  version === 0 ? 0 : of === 'elsewhere' ? 1000 * version : version * 10 + (version * 10 + 1);

const HEADER = 'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,SubAccountId,ServiceName,ResourceId';

function bill(of: Export, version: number, account: string): string {
  const rows = of === 'elsewhere' ? [1000 * version] : [version * 10, version * 10 + 1];
  const lines = rows.map((cost, index) => `${cost},USD,2026-10-01,2026-10-0${index + 2},${account},EC2,i-1`);
  // The export name makes equal rows of two exports different deliveries; no amount depends on this column.
  return `${[`${HEADER},Export`, ...(version === 0 ? [] : lines.map((line) => `${line},${of}`))].join('\n')}\n`;
}

let application: Application;
beforeAll(async () => {
  application = await quietApplication({ clock: { now: () => Date.parse('2026-12-24T00:00:00Z') } });
});
afterAll(() => application[Symbol.asyncDispose]());

async function deliver(source: string, { name: of, version, madeOn }: Step & { kind: 'deliver' }): Promise<string> {
  const answer = await application.http.inject({
    method: 'POST',
    url: '/api/v1/uploads?name=a.csv',
    headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
    payload: bill(of, version, of === 'elsewhere' ? `${source}-other` : source),
  });
  const files = [{ upload: answer.json<{ upload: string }>().upload, name: 'a.csv' }];
  const body = { source, files, export: of, period: '2026-10', producedAt: `2026-11-0${madeOn}T00:00:00Z` };
  const result = await call(application, importBill, { body });
  return result.delivery ?? '';
}

async function revert(law: Law, pick: number): Promise<void> {
  const delivery = law.known[pick % Math.max(1, law.known.length)];
  if (delivery === undefined) return;
  const target = law.revert(delivery);
  const reverting = call(application, revertDelivery, { body: { delivery: delivery.id } });
  if (target === null) expect(await catchProblem(reverting)).toMatchObject({ code: 'bill_nothing_before' });
  else {
    await reverting;
    law.stand(target);
  }
}

async function prefer(law: Law, of: Export): Promise<void> {
  const stands = law.standing.get(of);
  if (stands === undefined) return;
  await call(application, preferDelivery, { body: { delivery: stands.id } });
  law.prefer(of);
}

let runs = 0;

describe('the replacement law', () => {
  it('holds for any order of deliveries, repeats, late ones, reverts and overlapping exports', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        runs += 1;
        const source = `run${runs}`;
        const law = new Law();
        for (const step of taken) {
          if (step.kind === 'deliver') law.deliver(step, await deliver(source, step));
          else if (step.kind === 'revert') await revert(law, step.pick);
          else await prefer(law, step.name);
          const query = { by: 'serviceName', filter: `source=${source}` };
          const { totals } = await call(application, costSummary, { query: { ...query, metric: 'billedCost' } });
          expect(Number(totals[0]?.amount ?? 0)).toBe(law.total());
        }
        const { deliveries } = await call(application, listDeliveries, { query: { source } });
        expect(deliveries.map(({ delivery }) => delivery)).toEqual(law.known.map(({ id }) => id));
        const current = deliveries.filter((entry) => entry.current).map(({ delivery }) => delivery);
        expect(current.toSorted()).toEqual(
          law
            .counted()
            .map(({ id }) => id)
            .toSorted(),
        );
      }),
      { numRuns: isDeep ? 25 : 3 },
    );
  }, 240_000);
});
