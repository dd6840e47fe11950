import { describe, expect, it } from 'vitest';
import { call, catchProblem, deliverFiles } from '../../../testing/application.ts';
import { sharedQuietApplication } from '../../../testing/shared.ts';
import { costRows } from '../../costs/schema.ts';
import { createEnterpriseRecord } from '../formats/azure-record.testing.ts';
import { buildCsv } from '../formats/bill-reader.testing.ts';

const application = await sharedQuietApplication();
let sources = 0;
/** Each delivery uses its own source and its own account. */
const newSource = () => {
  sources += 1;
  return `written-${sources}`;
};

type Options = Parameters<typeof deliverFiles>[3];
const deliver = (source: string, content: string | Buffer, options: Options = {}) =>
  deliverFiles(application, source, { 'a.csv': content }, options);

const HEADER = 'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,SubAccountId,ResourceId';
const bill = (source: string, rows: readonly (readonly [cost: string, period: string, day: string])[]) =>
  `${[HEADER, ...rows.map(([cost, period, day], index) => `${cost},USD,${period},${day},${source},r-${index}`)].join('\n')}\n`;
const days = async (source: string) => {
  const { rows } = await call(application, costRows, { query: { filter: `source=${source}`, metric: 'billedCost' } });
  return rows.map(({ chargePeriodStart }) => chargePeriodStart?.slice(0, 10)).toSorted();
};

describe('dates of a bill', () => {
  it.each([
    ['4/1/25', '4/15/25', ['2025-04-01', '2025-04-15'], 'month/day/year, which 4/15/25 shows'],
    ['01/04/2025', '15/04/2025', ['2025-04-01', '2025-04-15'], 'day/month/year, which 15/04/2025 shows'],
    ['01.04.2025', '09.04.2025', ['2025-04-01', '2025-04-09'], ''],
    ['1-4-2025', '30-4-2025', ['2025-04-01', '2025-04-30'], 'day/month/year'],
    ['4/4/2025 00:00', '4/4/2025 13:30', ['2025-04-04', '2025-04-04'], ''],
    ['2025/04/01', '2025/04/09', ['2025-04-01', '2025-04-09'], ''],
  ])('from %s to %s are told by the whole file', async (first, last, expected, said) => {
    const source = newSource();
    const result = await deliver(
      source,
      bill(source, [
        ['1', first, first],
        ['2', first, last],
      ]),
    );
    expect(await days(source)).toEqual(expected);
    expect(result.units).toMatchObject([{ period: '2025-04' }]);
    const reason = result.units[0]?.reason ?? '';
    expect(said === '' ? reason : reason.includes(said)).toBe(said === '' ? '' : true);
  });

  it('that may be two days are refused with line and column, and read as is declared', async () => {
    const source = newSource();
    const content = bill(source, [
      ['1', '4/1/25', '4/1/25'],
      ['2', '4/1/25', '4/9/25'],
    ]);
    const problem = await catchProblem(deliver(source, content));
    expect(problem).toMatchObject({ code: 'bill_date_ambiguous', file: 'a.csv', line: 2, value: '4/1/25' });
    expect(problem.detail).toContain('--date-format month-first or day-first');
    await deliver(source, content, { dateFormat: 'day-first' });
    expect(await days(source)).toEqual(['2025-01-04', '2025-09-04']);
  });

  it('are read as was declared for the source, in later deliveries too', async () => {
    const source = newSource();
    await deliver(source, bill(source, [['1', '4/1/25', '4/1/25']]), { dateFormat: 'month-first' });
    await deliver(source, bill(source, [['1', '5/1/25', '5/2/25']]));
    expect(await days(source)).toEqual(['2025-04-01', '2025-05-02']);
  });

  it('are told by the billing period that the delivery is declared to be', async () => {
    const source = newSource();
    await deliver(source, bill(source, [['1', '4/1/2025', '4/2/2025']]), { period: '2025-04' });
    expect(await days(source)).toEqual(['2025-04-02']);
  });

  it('that no one order reads are refused', async () => {
    const source = newSource();
    const problem = await catchProblem(deliver(source, bill(source, [['1', '4/15/25', '15/4/25']])));
    expect(problem).toMatchObject({ code: 'bill_date_ambiguous' });
    expect(problem.detail).toContain('holds both');
  });

  it('that may begin with a year of two digits are refused', async () => {
    const source = newSource();
    const problem = await catchProblem(deliver(source, bill(source, [['1', '25-04-01', '25-04-15']])));
    expect(problem).toMatchObject({ code: 'bill_date_ambiguous' });
  });

  it('in another way than the first of a file are rejected rows, never days of the year 4', async () => {
    const source = newSource();
    const content = bill(source, [
      ['1', '2025-04-01', '2025-04-01'],
      ['2', '2025-04-01', '4/15/25'],
    ]);
    const problem = await catchProblem(deliver(source, content));
    expect(problem).toMatchObject({ rejected: [{ line: 3, column: 'ChargePeriodStart' }] });
  });

  it.each(['0004-04-01', '1989-12-31', '2205-01-01'])('of %s are outside of what a bill can be of', async (day) => {
    const source = newSource();
    const problem = await catchProblem(deliver(source, bill(source, [['1', day, day]])));
    expect(problem).toMatchObject({
      code: 'bill_rows_rejected',
      rejected: [{ reason: expect.stringContaining('outside the years 1990 to 2100') }],
    });
  });

  it('of Azure are told by the file, and a blank billing period is the month of the date', async () => {
    const source = newSource();
    const dayFirst = { BillingPeriodStartDate: '01/09/2023', BillingPeriodEndDate: '30/09/2023' };
    const records = [
      createEnterpriseRecord({ ...dayFirst, Date: '09/09/2023', Cost: '1' }),
      createEnterpriseRecord({ BillingPeriodStartDate: '', BillingPeriodEndDate: '', Date: '02/09/2023', Cost: '2' }),
    ];
    const result = await deliver(source, buildCsv(records));
    expect(result.periods).toEqual(['2023-09']);
    expect(await days(source)).toEqual(['2023-09-02', '2023-09-09']);
  });

  it('that end a billing period and are none are rejected rows', async () => {
    const source = newSource();
    const problem = await catchProblem(
      deliver(source, buildCsv([createEnterpriseRecord({ Date: '10/13/2026', BillingPeriodEndDate: 'soon' })])),
    );
    expect(problem).toMatchObject({ rejected: [{ column: 'BillingPeriodEndDate' }] });
  });
});

describe('amounts of a bill', () => {
  it.each([
    ['grouped', '"$10,000.50"', '10000.5'],
    ['grouped', '"-1,234,567.25"', '-1234567.25'],
    ['decimal-comma', '"1.234,56 €"', '1234.56'],
    ['decimal-comma', '"12,5"', '12.5'],
  ] as const)('that are %s are read as %s once that is declared', async (numberFormat, written, expected) => {
    const source = newSource();
    const content = bill(source, [[written, '2025-04-01', '2025-04-02']]);
    const problem = await catchProblem(deliver(source, content));
    expect(problem.detail).toContain('--number-format grouped or decimal-comma');
    expect((await deliver(source, content, { numberFormat })).totals).toMatchObject([{ amount: expected }]);
  });

  it.each(['"1.2.3"', '"1,23.4"', '"12,34,56"', '"$"'])(
    'such as %s are refused whatever is declared',
    async (written) => {
      const source = newSource();
      const content = bill(source, [[written, '2025-04-01', '2025-04-02']]);
      const problem = await catchProblem(deliver(source, content, { numberFormat: 'grouped' }));
      expect(problem).toMatchObject({ code: 'bill_rows_rejected' });
    },
  );
});

describe('lines of a bill', () => {
  const rows = (source: string) =>
    bill(source, [
      ['1', '2025-04-01', '2025-04-02'],
      ['2', '2025-04-01', '2025-04-03'],
    ]);

  it.each([
    ['one line feed among others', (text: string) => text.replaceAll('\n', '\r\n').replace('\r\n', '\n')],
    ['one carriage return among others', (text: string) => text.replace('\n', '\r\n')],
  ])('are read that end in two ways: %s', async (_what, mixed) => {
    const source = newSource();
    expect(await deliver(source, mixed(rows(source)))).toMatchObject({ accepted: 2, totals: [{ amount: '3' }] });
  });

  it.each([
    ['1,USD,2025-04-01,2025-04-02,"a"b",r', 'a quote inside a quoted field that is not doubled'],
    ['1,USD,2025-04-01,2025-04-02,"a,r\n1,USD,2025-04-01,2025-04-02,b,r', 'a quoted field that never ends'],
  ])('with a broken quote are refused by what is wrong: %s', async (record, why) => {
    const source = newSource();
    const problem = await catchProblem(deliver(source, `${HEADER}\n${record}\n`));
    expect(problem.detail).toContain(`a.csv, line 2: ${why}`);
  });
});
