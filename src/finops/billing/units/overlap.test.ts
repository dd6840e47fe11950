import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type BillRow, billText, call, catchProblem, dailyRows, deliverFiles } from '../../../testing/application.ts';
import { draws } from '../../../testing/deep.ts';
import { sharedQuietApplication } from '../../../testing/shared.ts';
import { costSummary } from '../../costs/schema.ts';
import { type Delivery, type ImportResult, listDeliveries, preferDelivery } from '../schema.ts';

const application = await sharedQuietApplication();
/** Each test uses its own sources and its own accounts. */
let tests = 0;
let account = '';
let other = '';
let month: BillRow[] = [];
beforeEach(() => {
  tests += 1;
  [account, other] = [String(123_456_789_000 + tests), `other-${tests}`];
  month = dailyRows(10, { cost: '1', account, resource: 'i-1' });
});
const named = (source: string) => `${source}-${tests}`;

function deliver(
  source: string,
  content: string,
  options: Parameters<typeof deliverFiles>[3] = {},
): Promise<ImportResult> {
  return deliverFiles(application, named(source), { 'a.csv': content }, options);
}

const total = async () => {
  const query = { by: 'serviceName', filter: [`subAccountId=${account}`, `subAccountId=${other}`] };
  return (await call(application, costSummary, { query })).totals;
};
const usd = (amount: string) => [{ currency: 'USD', amount }];
/** Deliveries of all pages: a full run makes more deliveries than one page lists. */
const deliveries = async () => {
  const found: Delivery[] = [];
  let pageToken: string | undefined;
  do {
    const page = await call(application, listDeliveries, { query: { pageToken } });
    found.push(...page.deliveries);
    pageToken = page.nextPageToken ?? undefined;
  } while (pageToken !== undefined);
  return found.filter(({ source }) => source.endsWith(named('')));
};
/** A billing period used only by this test, because every export is compared with all others of its period. */
const ownPeriod = () => `${2000 + Math.floor(tests / 12)}-${String((tests % 12) + 1).padStart(2, '0')}`;
const prefer = (delivery: string | null, body: object = {}) =>
  call(application, preferDelivery, { body: { delivery: delivery ?? '', ...body } });

describe('exports of the same charges', () => {
  it('under two names are counted once, from the first by name', async () => {
    await deliver('aws', billText(...month), { export: 'daily' });
    const before = await total();
    const second = await deliver('aws', billText(...month), { export: 'monthly' });
    expect(second.units).toMatchObject([
      { standing: 'shadowed', reason: expect.stringContaining(`${named('aws')}, export daily already: 10 of 10`) },
    ]);
    expect(await total()).toEqual(before);
    expect((await deliveries()).map(({ standing }) => standing)).toEqual(['current', 'shadowed']);
  });

  it.each([
    ['after it', ['daily', 'once']],
    ['before it', ['once', 'daily']],
  ])('are counted from the longer one, which comes first when it comes %s', async (_when, order) => {
    const rows = new Map([
      ['daily', month],
      ['once', month.slice(0, 4)],
    ]);
    for (const name of order) await deliver('azure', billText(...(rows.get(name) ?? [])), { export: name });
    expect(await total()).toEqual(usd('14.5'));
    expect((await deliveries()).find(({ current }) => current)).toMatchObject({ export: 'daily' });
  });

  it('are found between a parent and a child scope', async () => {
    const others = dailyRows(10, { cost: '7', account: other, resource: 'i-2' });
    await deliver('azure', billText(...month, ...others), { scope: '/billingAccounts/1' });
    const before = await total();
    const child = await deliver('azure', billText(...others), { scope: '/subscriptions/other' });
    expect(child.units).toMatchObject([{ standing: 'shadowed' }]);
    expect(await total()).toEqual(before);
  });

  it('are found between sources, in whatever case a cloud writes its ids', async () => {
    await deliver('bucket', billText(...month));
    const upper = month.map((row) => ({ ...row, resource: 'I-1' }));
    expect((await deliver('folder', billText(...upper))).units).toMatchObject([{ standing: 'shadowed' }]);
  });

  it('are found by hour and by day, where one of them has no column of regions', async () => {
    await deliver('daily', billText(...month.map((row) => ({ ...row, region: 'eu-west-1' }))));
    const hourly = billText(...month)
      .replace('RegionId', 'Other')
      .replaceAll('T00:00:00Z,2026-10-', 'T05:00:00Z,2026-10-');
    expect((await deliver('hourly', hourly)).units).toMatchObject([{ standing: 'shadowed' }]);
  });

  it('are found when a restatement has reached only one of them', async () => {
    await deliver('aws', billText(...month), { export: 'daily' });
    await deliver('aws', billText(...month), { export: 'monthly' });
    const restated = dailyRows(10, { cost: '2', account, resource: 'i-1' });
    await deliver('aws', billText(...restated), { export: 'daily' });
    expect((await deliveries()).filter(({ current }) => current)).toHaveLength(1);
  });

  it('as actual and as amortised cost are two views, whatever their amounts', async () => {
    await deliver('azure', billText({ cost: '100', account }), { dataset: 'ActualCost', scope: 'ea' });
    const amortised = await deliver('azure', billText({ cost: '3', account, day: 9 }), {
      dataset: 'AmortizedCost',
      scope: 'ea',
    });
    expect(amortised.units).toMatchObject([{ standing: 'current' }]);
    expect((await deliveries()).find(({ current }) => !current)).toMatchObject({ standing: 'shadowed' });
    expect(await total()).toEqual(usd('3'));
  });

  it('let the other one count when the first no longer describes the charges', async () => {
    await deliver('aws', billText(...month), { export: 'daily' });
    await deliver('aws', billText(...month), { export: 'monthly' });
    const before = await total();
    await deliver('aws', billText(), { export: 'daily', period: '2026-10' });
    expect(await total()).toEqual(before);
  });
});

describe('the order in which exports arrive', () => {
  it('changes neither what counts nor any total', async () => {
    const exportsOf = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1 }), {
      minLength: 2,
      maxLength: 4,
    });
    const orders = exportsOf.chain((blocks) =>
      fc.record({
        blocks: fc.constant(blocks),
        order: fc.shuffledSubarray([...blocks.keys()], { minLength: blocks.length }),
      }),
    );
    const counting = async (blocks: readonly (readonly number[])[], order: readonly number[]) => {
      tests += 1;
      const period = ownPeriod();
      const own = `ordered-${tests}`;
      for (const index of order) {
        const rows = (blocks[index] ?? []).flatMap((block) =>
          // The cost of a charge differs between exports, as after a restatement.
          dailyRows(3, { cost: String(index + 1), account: own, resource: `i-${block}`, period }),
        );
        await deliver('cloud', billText(...rows), { export: `export${index}`, period, overlap: 'beside' });
      }
      const { totals } = await call(application, costSummary, {
        query: { by: 'serviceName', filter: [`subAccountId=${own}`] },
      });
      const counted = (await deliveries()).filter(({ standing }) => standing === 'current');
      return { totals, counted: counted.map((each) => each.export).toSorted() };
    };
    await fc.assert(
      fc.asyncProperty(orders, async ({ blocks, order }) => {
        expect(await counting(blocks, order)).toEqual(await counting(blocks, [...blocks.keys()]));
      }),
      { numRuns: draws(40) },
    );
  });
});

describe('exports of different charges', () => {
  const fees = { cost: '2', service: 'EKS' };

  it('by region both count, though their fixed fees are equal on every day', async () => {
    const region = (name: string, cost: string) => [
      ...dailyRows(30, { ...fees, account, region: name }).map((row) => ({
        ...row,
        cost: '2.40',
        sku: 'cluster-hours',
      })),
      ...dailyRows(30, { ...fees, account, region: name }).map((row) => ({ ...row, cost: '1.08', sku: 'nat-hours' })),
      { cost, account, region: name, resource: `i-${name}` },
    ];
    await deliver('us', billText(...region('us-east-1', '100')));
    const second = await deliver('eu', billText(...region('eu-west-1', '300')));
    expect(second.units).toMatchObject([{ standing: 'current', reason: null }]);
    expect(await total()).toEqual(usd('608.8'));
  });

  it('by hour both count, though their days are the same', async () => {
    const hours = (from: string, to: string) =>
      billText({ cost: '5', account, resource: 'i-1' })
        .replace('2026-10-03T00:00:00Z', `2026-10-03T${from}:00:00Z`)
        .replace('2026-10-04T00:00:00Z', `2026-10-03T${to}:00:00Z`);
    await deliver('morning', hours('00', '12'));
    expect((await deliver('evening', hours('12', '23'))).units).toMatchObject([{ standing: 'current' }]);
  });

  it('both count for any bill that is split by account, region, service, SKU, resource or day', async () => {
    const names = (name: string) => fc.constantFrom(`${name}-1`, `${name}-2`, '');
    const row = fc.record({
      account: fc.constantFrom('a', 'b'),
      region: names('region'),
      service: fc.constantFrom('EC2', 'S3'),
      resource: names('resource'),
      sku: names('sku'),
      day: fc.integer({ min: 1, max: 4 }),
      // Few amounts, so that many are equal.
      cost: fc.constantFrom('1', '2.5'),
    });
    const by = fc.constantFrom('account', 'region', 'service', 'resource', 'sku', 'day');
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 2, maxLength: 30 }), by, async (rows, column) => {
        tests += 1;
        const period = ownPeriod();
        const own = rows.map((one) => ({ ...one, account: `${one.account}-${tests}`, period }));
        const parts = Map.groupBy(own, (one) => String(one[column as keyof typeof one]));
        for (const [index, part] of [...parts.values()].entries()) {
          const text = billText(...part);
          // A part that differs only in an empty column is refused as unclear; it counts once it is declared as
          // separate charges.
          await deliver(`part${index}`, text).catch(({ problem }) => {
            expect(problem).toMatchObject({ code: 'bill_overlap_unclear' });
            return deliver(`part${index}`, text, { overlap: 'beside' });
          });
        }
        const query = { by: 'serviceName', filter: [`subAccountId=a-${tests}`, `subAccountId=b-${tests}`] };
        const { totals } = await call(application, costSummary, { query });
        const whole = rows.reduce((sum, { cost }) => sum + Number(cost), 0);
        expect(totals.map(({ amount }) => Number(amount))).toEqual([whole]);
      }),
      { numRuns: draws(60) },
    );
  });
});

describe('exports that may be of the same charges', () => {
  /** Two subscriptions, or one in two exports: rows without resource ids do not show which. */
  const seats = () => billText(...dailyRows(10, { cost: '1', account, service: 'Seats' }));

  it('are refused with what they have in common, and nothing is stored', async () => {
    await deliver('first', seats());
    const problem = await catchProblem(deliver('second', seats()));
    expect(problem).toMatchObject({
      code: 'bill_overlap_unclear',
      overlaps: [
        {
          period: '2026-10',
          export: named('second'),
          other: named('first'),
          evidence: expect.stringMatching(/^10 of 10/),
        },
      ],
    });
    expect(problem.detail).toContain('--counts-beside');
    expect(await deliveries()).toHaveLength(1);
    expect(await total()).toEqual(usd('14.5'));
  });

  it('both count where the delivery says so, and in later months without asking again', async () => {
    await deliver('first', seats());
    await deliver('second', seats(), { overlap: 'beside' });
    expect(await total()).toEqual(usd('29'));
    const later = billText(...dailyRows(10, { cost: '1', account, service: 'Seats', period: '2026-11' }));
    await deliver('first', later);
    expect((await deliver('second', later)).units).toMatchObject([{ standing: 'current' }]);
    expect(await total()).toEqual(usd('58'));
  });

  it('are told from a third export, which was not said to be beside them', async () => {
    await deliver('first', billText(...month));
    const second = await deliver('second', billText(...month));
    await prefer(second.delivery, { beside: true });
    expect((await deliver('third', billText(...month))).units).toMatchObject([{ standing: 'shadowed' }]);
    expect(await total()).toEqual(usd('29'));
  });

  it('count from the delivery that says that it replaces the others', async () => {
    await deliver('first', seats());
    await deliver('second', billText(...dailyRows(10, { cost: '2', account, service: 'Seats' })), {
      overlap: 'replaces',
    });
    expect(await total()).toEqual(usd('24.5'));
    expect((await deliveries()).map(({ standing }) => standing)).toEqual(['shadowed', 'current']);
  });

  it('wait for a person where the delivery is put on hold, and count when they decide', async () => {
    await deliver('first', seats());
    const second = await deliver('second', seats(), { overlap: 'hold' });
    expect(second.units).toMatchObject([{ standing: 'held', reason: expect.stringContaining(named('first')) }]);
    const held = async () => {
      const found = await call(application, listDeliveries, { query: { held: 'true', pageSize: 1000 } });
      return found.deliveries.filter(({ source }) => source.endsWith(named(''))).map(({ delivery }) => delivery);
    };
    expect(await held()).toEqual([second.delivery]);
    expect(await total()).toEqual(usd('14.5'));
    await prefer(second.delivery, { beside: true, why: 'a second subscription' });
    expect(await held()).toEqual([]);
    expect(await total()).toEqual(usd('29'));
    expect((await deliveries()).map(({ standing }) => standing)).toEqual(['current', 'current']);
  });

  it('are asked about without accounts and resources only where their amounts are equal', async () => {
    const anonymous = (cost: string) => billText(...dailyRows(5, { cost, service: `only-${tests}` }));
    await deliver('first', anonymous('1'));
    expect(await catchProblem(deliver('second', anonymous('1')))).toMatchObject({ code: 'bill_overlap_unclear' });
    expect((await deliver('second', anonymous('2'))).units).toMatchObject([{ standing: 'current' }]);
  });

  it('are asked about where a column is empty in one of them and all amounts are equal', async () => {
    await deliver('regional', billText(...month.map((row) => ({ ...row, region: 'eu-west-1' }))));
    const problem = await catchProblem(deliver('global', billText(...month)));
    expect(problem.detail).toContain('10 of 10 amounts by sub-account, resource, service and day are equal');
    const less = month.map((row) => ({ ...row, cost: `0${row.cost}1` }));
    expect((await deliver('global', billText(...less))).units).toMatchObject([{ standing: 'current' }]);
  });

  it('are asked about where each has many charges of its own', async () => {
    const regions = (names: string[]) =>
      billText(...names.flatMap((region) => month.map((row) => ({ ...row, region, resource: `i-${region}` }))));
    await deliver('america', regions(['us-east-1', 'us-west-2', 'eu-west-1']));
    const problem = await catchProblem(deliver('europe', regions(['eu-west-1', 'eu-north-1', 'eu-south-1'])));
    expect(problem).toMatchObject({ code: 'bill_overlap_unclear' });
    expect(problem.detail).toContain('10 of 30 charges');
  });
});

describe('a decision between exports of the same charges', () => {
  it('holds for later deliveries and months too', async () => {
    await deliver('aws', billText(...month, { cost: '500', account, day: 20, resource: 'i-1' }), { export: 'daily' });
    const second = await deliver('aws', billText(...month), { export: 'monthly' });
    const { changes } = await prefer(second.delivery, { why: 'holds the credits' });
    expect(changes.map(({ export: name, after }) => [name, after])).toEqual(
      expect.arrayContaining([
        ['daily', null],
        ['monthly', second.delivery],
      ]),
    );
    expect(await total()).toEqual(usd('14.5'));
    const november = dailyRows(10, { cost: '1', account, period: '2026-11', resource: 'i-1' });
    await deliver('aws', billText(...november), { export: 'daily' });
    expect((await deliver('aws', billText(...november), { export: 'monthly' })).units).toMatchObject([
      { standing: 'current' },
    ]);
    const first = (await deliveries()).find((entry) => entry.export === 'daily' && entry.period === '2026-11');
    expect(first).toMatchObject({ standing: 'shadowed' });
  });

  it('cannot be taken by a delivery that does not stand', async () => {
    const old = await deliver('aws', billText(...month));
    const now2 = await deliver('aws', billText(...month, { cost: '1' }));
    const problem = await catchProblem(prefer(old.delivery));
    expect(problem).toMatchObject({ code: 'bill_delivery_not_standing', stands: now2.delivery });
  });
});
