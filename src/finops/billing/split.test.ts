import { expect, it, onTestFinished } from 'vitest';
import { call, importFiles } from '../../testing/application.ts';
import { quietApplication } from '../../testing/shared.ts';
import { costRows } from '../costs/schema.ts';
import { buildCsv } from './formats/bill-reader.testing.ts';

const usage = {
  'lineItem/LineItemType': 'Usage',
  'lineItem/UnblendedCost': '5',
  'lineItem/CurrencyCode': 'USD',
  'lineItem/UsageStartDate': '2026-10-03T00:00:00Z',
  'bill/BillingPeriodStartDate': '2026-10-01T00:00:00Z',
  'savingsPlan/SavingsPlanARN': '',
  'savingsPlan/TotalCommitmentToDate': '',
  'savingsPlan/UsedCommitment': '',
};
const fee = {
  ...usage,
  'lineItem/LineItemType': 'SavingsPlanRecurringFee',
  'lineItem/UnblendedCost': '1',
  'savingsPlan/SavingsPlanARN': 'plan',
  'savingsPlan/TotalCommitmentToDate': '1',
  'savingsPlan/UsedCommitment': '0.75',
};

it('a record of a fee with an unused part is two rows of the bill, and counted as the one record that it is', async () => {
  const application = await quietApplication();
  onTestFinished(() => application[Symbol.asyncDispose]());
  const result = await importFiles(application, 'aws', { 'cur.csv': buildCsv([usage, fee]) });
  expect(result).toMatchObject({ accepted: 2, rejected: [] });
  const { rows } = await call(application, costRows, { query: {} });
  const said = rows.map(({ chargeCategory, billedCost, effectiveCost }) => [chargeCategory, billedCost, effectiveCost]);
  expect(said.toSorted()).toEqual([
    ['Purchase', '1', '0'],
    ['Usage', '0', '0.25'],
    ['Usage', '5', '5'],
  ]);
});
