import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../../main.ts';
import { buildUrl } from '../../../platform/contract/schema.ts';
import { decimal, decimalString, sumDecimals } from '../../../platform/units/index.ts';
import { call, importFiles } from '../../../testing/application.ts';
import { isDeep } from '../../../testing/deep.ts';
import { quietApplication, sharedQuietApplication } from '../../../testing/shared.ts';
import { applyRules, type BillRow, bill, inMonth, SPLITTING_RULES } from '../../testing/costs.ts';
import { costSummary } from '../schema.ts';
import { buildCustomNames, toCustomName } from './custom-names.ts';
import { exportFocus } from './schema.ts';
import { listVersionColumns } from './versions.ts';

/** The same bill without rules, with rules that split it, and after a re-import of the exported files. */
const whole = await sharedQuietApplication();
const split = await sharedQuietApplication();
const copied = await sharedQuietApplication();
beforeAll(async () => {
  await importFiles(whole, 'aws', { 'a.csv': bill(rows) });
  await applyRules(split, SPLITTING_RULES);
  await importFiles(split, 'aws', { 'a.csv': bill(rows) });
});

type Query = Parameters<typeof buildUrl<typeof exportFocus>>[1]['query'];
async function exported(query: Query, of: Application): Promise<Buffer> {
  const answer = await of.http.inject({
    method: 'GET',
    url: buildUrl(exportFocus, { query: query ?? {} }),
    headers: { host: 'localhost' },
  });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.rawPayload;
}

type Row = Record<string, string>;
const csv = async (of: Application, query: Query = {}): Promise<Row[]> =>
  parse(await exported({ fileFormat: 'csv', ...query }, of), { columns: true, bom: true });
const totals = async (of: Application, metric: 'billedCost' | 'effectiveCost' | 'listCost' | 'contractedCost') =>
  (await call(of, costSummary, { query: { by: 'serviceName', metric } })).totals;

const rows: BillRow[] = [
  inMonth('2026-10', '9'),
  { ...inMonth('2026-10', '10'), ServiceName: 'Support', PricingQuantity: '10', ConsumedQuantity: '', Tags: '' },
  { ...inMonth('2026-10', '-0.00000000001'), ChargeCategory: 'Credit', Tags: '{"team":"ads","a\\"b":"=1+1"}' },
  {
    ...inMonth('2026-10', '4'),
    ServiceName: 'S3',
    Tags: '',
    'x_resource/type': 'bucket',
    x_PublisherName: 'Canonical',
  },
];

describe('the cost as a FOCUS file', () => {
  it.each(['1.2', '1.3', '1.4'] as const)(
    'has exactly the columns of FOCUS %s, and custom ones under x_Names',
    async (version) => {
      const [row = {}] = await csv(whole, { version });
      const names = Object.keys(row);
      expect(names.filter((name) => !name.startsWith('x_'))).toEqual(listVersionColumns(version));
      for (const name of names.filter((each) => each.startsWith('x_'))) expect(name).toMatch(/^x_[A-Z][A-Za-z0-9]*$/);
      expect(names).toContain('x_ResourceType');
    },
  );

  it('splits shared rows: what can be summed adds up to the row, all else is copied', async () => {
    const shares = (await csv(split)).filter((row) => row.ServiceName === 'Support');
    expect(shares.map((row) => row.AllocatedMethodId)).toEqual(['weights', 'weights', 'weights']);
    for (const column of ['BilledCost', 'EffectiveCost', 'ListCost', 'ContractedCost', 'PricingQuantity']) {
      expect(sumDecimals(shares.map((row) => row[column] ?? ''))).toBe('10');
    }
    expect(
      new Set(shares.map((row) => [row.ListUnitPrice, row.SkuId, row.ResourceId, row.ConsumedQuantity].join())),
    ).toEqual(new Set(['1,SKU1,i-1,']));
    const ratios = shares.map(
      (row) => (JSON.parse(row.AllocatedMethodDetails ?? '') as { Elements: { AllocatedRatio: number }[] }).Elements,
    );
    expect(ratios.every((elements) => elements.length === 1)).toBe(true);
    const exact = shares.map((row) => /"AllocatedRatio":([\d.]+)/.exec(row.AllocatedMethodDetails ?? '')?.[1] ?? '');
    expect(sumDecimals(exact)).toBe('1');
    expect(
      shares.map((row) => [row.AllocatedResourceId, row.AllocatedTags, row.x_SteelyardTeam, row.x_SteelyardRule]),
    ).toContainEqual(['team:search', '{"steelyard/team":"search"}', 'search', 'support']);
  });

  it('leaves the columns of splits empty where nothing is split, and says whose a row is', async () => {
    const unsplit = (await csv(split)).filter((row) => row.ServiceName !== 'Support');
    expect(
      unsplit.map((row) => [row.AllocatedMethodId, row.AllocatedTags, row.x_SteelyardTeam, row.x_SteelyardKind]),
    ).toEqual([
      ['', '', 'search', 'allocated'],
      ['', '', 'ads', 'allocated'],
      ['', '', '', 'unallocated'],
    ]);
  });

  it('writes plain decimals, UTC instants, and nothing for null', async () => {
    const all = await csv(whole);
    expect(all.map((row) => row.BilledCost)).toEqual(['9', '10', '-0.00000000001', '4']);
    expect(all[1]).toMatchObject({
      ChargePeriodStart: '2026-10-03T00:00:00Z',
      ConsumedQuantity: '',
      Tags: '',
      ChargeClass: '',
    });
    expect(JSON.parse(all[2]?.Tags ?? '')).toEqual({ team: 'ads', 'a"b': '=1+1' });
  });

  it('names the providers as versions before 1.4 did', async () => {
    const old = await csv(whole, { version: '1.2' });
    expect(old.map((row) => [row.ProviderName, row.PublisherName])).toEqual([
      ['AWS', 'AWS'],
      ['AWS', 'AWS'],
      ['AWS', 'AWS'],
      ['AWS', 'Canonical'],
    ]);
    expect(old[0]).not.toHaveProperty('x_PublisherName');
    expect((await csv(whole, { version: '1.4' }))[3]).toMatchObject({ x_PublisherName: 'Canonical' });
  });

  it('exports a delivery of the past, a range of days, and what a filter leaves', async () => {
    await using application = await quietApplication();
    const first = await importFiles(application, 'aws', { 'a.csv': bill(rows) });
    await importFiles(application, 'aws', { 'b.csv': bill([inMonth('2026-10', '7')]) });
    expect((await csv(application)).map((row) => row.BilledCost)).toEqual(['7']);
    expect(await csv(application, { delivery: first.delivery ?? '' })).toHaveLength(4);
    expect(await csv(application, { from: '2026-10-04', to: '2026-10-31' })).toHaveLength(0);
    expect(await csv(application, { delivery: first.delivery ?? '', filter: 'serviceName=S3' })).toHaveLength(1);
  });

  it.each([
    ['1.2', 'parquet'],
    ['1.3', 'csv'],
    ['1.4', 'parquet'],
    ['1.4', 'csv'],
  ] as const)('comes back in with the same totals: FOCUS %s as %s', async (version, fileFormat) => {
    const file = await exported({ version, fileFormat }, split);
    await importFiles(copied, 'copy', { [`focus.${fileFormat}`]: file });
    for (const metric of ['billedCost', 'effectiveCost', 'listCost', 'contractedCost'] as const) {
      expect(await totals(copied, metric)).toEqual(await totals(split, metric));
    }
    const { rows: teams } = await call(copied, costSummary, { query: { by: 'x_SteelyardTeam' } });
    const { rows: own } = await call(split, costSummary, { query: { by: 'team' } });
    const plain = (found: typeof own, name: string) => found.map((row) => [row[name], row.amount]).toSorted();
    expect(plain(teams, 'x_SteelyardTeam')).toEqual(plain(own, 'team'));
  });

  it('conserves: the shares of any row add up to it, in costs and quantities', async () => {
    await using application = await quietApplication();
    await applyRules(application, SPLITTING_RULES);
    const amount = fc
      .bigInt(-(10n ** 12n), 10n ** 13n)
      .map((units) => decimal(String(units)).dividedBy('1e11').toFixed());
    const anyRow = fc.record({
      cost: amount,
      quantity: amount,
      service: fc.constantFrom('Support', 'Network', 'S3'),
      team: fc.constantFrom('a', 'b', ''),
    });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 10 }), async (anyRows) => {
        round += 1;
        const of = anyRows.map(
          ({ cost, quantity, service, team }): BillRow => ({
            ...inMonth('2026-10', cost),
            ...{ PricingQuantity: quantity, ServiceName: service, Tags: team === '' ? '' : JSON.stringify({ team }) },
          }),
        );
        await importFiles(application, 'aws', { [`${round}.csv`]: bill(of) });
        const byRow = Map.groupBy(await csv(application), (row) => row.x_SteelyardRow);
        expect(byRow.size).toBe(anyRows.length);
        for (const [row, shares] of byRow) {
          const origin = anyRows[Number(row) - 1];
          expect(sumDecimals(shares.map((share) => share.BilledCost ?? ''))).toBe(decimalString(origin?.cost ?? ''));
          expect(sumDecimals(shares.map((share) => share.PricingQuantity ?? ''))).toBe(
            decimalString(origin?.quantity ?? ''),
          );
        }
      }),
      { numRuns: isDeep ? 20 : 3 },
    );
  });
});

describe('the name of a custom column', () => {
  it.each([
    ['x_Id', 'x_Id'],
    ['x_bill/PayerAccountId', 'x_BillPayerAccountId'],
    ['x_resource_tags user:größe', 'x_ResourceTagsUserGröße'],
    ['x_--', 'x_Column'],
  ])('%s becomes %s', (name, custom) => {
    expect(toCustomName(name)).toBe(custom);
  });

  it('is never given twice', () => {
    const names = buildCustomNames(['x_a_b', 'x_A/b', 'x_Team'], ['x_Team']);
    expect([...names.values()]).toEqual(['x_AB', 'x_AB2', 'x_Team2']);
  });
});
