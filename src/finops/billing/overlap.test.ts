import { beforeEach, describe, expect, it } from 'vitest';
import { type BillRow, billText, call, dailyRows, deliverFiles, problemFrom } from '../../testing.ts';
import { sharedQuietApplication } from '../../testing-shared.ts';
import { costSummary } from '../costs/schema.ts';
import { type ImportResult, listDeliveries, preferDelivery } from './schema.ts';

const application = await sharedQuietApplication();
/** Each test delivers as sources of its own and for accounts of its own. */
let tests = 0;
let account = '';
let other = '';
let month: BillRow[] = [];
beforeEach(() => {
  tests += 1;
  [account, other] = [String(123_456_789_000 + tests), `other-${tests}`];
  month = dailyRows(10, { cost: '1', account });
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
const deliveries = async () =>
  (await call(application, listDeliveries)).deliveries.filter(({ source }) => source.endsWith(named('')));

describe('exports of the same charges', () => {
  const prefer = (delivery: string | null, body: object = {}) =>
    call(application, preferDelivery, { body: { delivery: delivery ?? '', ...body } });

  it('under two names are counted once, the first come', async () => {
    await deliver('aws', billText(...month), { export: 'daily' });
    const before = await total();
    const second = await deliver('aws', billText(...month), { export: 'monthly' });
    expect(second.units).toMatchObject([
      { standing: 'shadowed', reason: expect.stringContaining(`${named('aws')}, export daily already: 10 of 10`) },
    ]);
    expect(await total()).toEqual(before);
    expect((await deliveries()).map(({ standing }) => standing)).toEqual(['current', 'shadowed']);
  });

  it('are found when one is short and lies over the other', async () => {
    await deliver('azure', billText(...month), { export: 'daily' });
    const before = await total();
    await deliver('azure', billText(...month.slice(0, 4)), { export: 'once' });
    expect(await total()).toEqual(before);
  });

  it('are found between a parent and a child scope', async () => {
    const others = dailyRows(10, { cost: '7', account: other });
    await deliver('azure', billText(...month, ...others), { scope: '/billingAccounts/1' });
    const before = await total();
    const child = await deliver('azure', billText(...others), { scope: '/subscriptions/other' });
    expect(child.units).toMatchObject([{ standing: 'shadowed' }]);
    expect(await total()).toEqual(before);
  });

  it('are found between sources', async () => {
    await deliver('bucket', billText(...month));
    expect((await deliver('folder', billText(...month))).units).toMatchObject([{ standing: 'shadowed' }]);
  });

  it('as actual and as amortised cost are two views, whatever their amounts', async () => {
    await deliver('azure', billText({ cost: '100', account }), { dataset: 'ActualCost', scope: 'ea' });
    const amortised = await deliver('azure', billText({ cost: '3', account, day: 9 }), {
      dataset: 'AmortizedCost',
      scope: 'ea',
    });
    expect(amortised.units).toMatchObject([{ standing: 'shadowed', reason: expect.stringContaining('two views') }]);
    expect(await total()).toEqual(usd('100'));
  });

  it('stay apart when the amounts differ: two exports of one account by region are no overlap', async () => {
    await deliver('aws', billText(...month), { export: 'us' });
    await deliver('aws', billText(...dailyRows(10, { cost: '4', account })), { export: 'eu' });
    expect((await deliveries()).map(({ standing }) => standing)).toEqual(['current', 'current']);
  });

  it('stay found when a restatement has reached only one of them', async () => {
    await deliver('aws', billText(...month), { export: 'daily' });
    await deliver('aws', billText(...month), { export: 'monthly' });
    await deliver('aws', billText(...dailyRows(10, { cost: '2', account })), { export: 'daily' });
    expect((await deliveries()).filter(({ current }) => current)).toHaveLength(1);
  });

  it('let the other one count when the first no longer describes the charges', async () => {
    await deliver('aws', billText(...month), { export: 'daily' });
    await deliver('aws', billText(...month), { export: 'monthly' });
    const before = await total();
    await deliver('aws', billText(), { export: 'daily', period: '2026-10' });
    expect(await total()).toEqual(before);
  });

  it('are decided by a person, for later deliveries and months too', async () => {
    await deliver('aws', billText(...month), { export: 'daily' });
    const second = await deliver('aws', billText(...month, { cost: '500', account, day: 20 }), { export: 'monthly' });
    const { changes } = await prefer(second.delivery, { why: 'holds the credits' });
    expect(changes.map(({ export: name, after }) => [name, after])).toEqual(
      expect.arrayContaining([
        ['daily', null],
        ['monthly', second.delivery],
      ]),
    );
    expect(await total()).toEqual(usd('514.5'));
    const november = dailyRows(10, { cost: '1', account, period: '2026-11' });
    await deliver('aws', billText(...november), { export: 'daily' });
    expect((await deliver('aws', billText(...november), { export: 'monthly' })).units).toMatchObject([
      { standing: 'current' },
    ]);
    const first = (await deliveries()).find((entry) => entry.export === 'daily' && entry.period === '2026-11');
    expect(first).toMatchObject({ standing: 'shadowed' });
  });

  it('count both when a person says that they are different charges', async () => {
    await deliver('aws', billText(...month), { export: 'daily' });
    const second = await deliver('aws', billText(...month), { export: 'resold' });
    await prefer(second.delivery, { beside: true });
    expect(await total()).toEqual(usd('29'));
  });

  it('cannot be preferred by a delivery that does not stand', async () => {
    const old = await deliver('aws', billText(...month));
    const now2 = await deliver('aws', billText(...month, { cost: '1' }));
    const problem = await problemFrom(prefer(old.delivery));
    expect(problem).toMatchObject({ code: 'bill_delivery_not_standing', stands: now2.delivery });
  });
});
