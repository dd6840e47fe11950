import { expect, it } from 'vitest';
import { billingMonths } from './calendar.ts';
import { firstDays, firstEdition } from './first-edition.ts';
import { billRows } from './write-bill.ts';

const SEED = 1;
const [month] = billingMonths(new Date('2026-11-24T12:00:00Z'));
if (month === undefined) throw new Error('there is no billing month');

it('differs from the final bill by a credit, late tokens, a wrong price and a day that is there twice', () => {
  const final = [...billRows('aws', SEED, month)];
  const first = [...firstEdition(billRows('aws', SEED, month), '2026-09-30')];
  const late = final.filter(
    ({ ServiceName, ChargePeriodStart }) =>
      ServiceName?.endsWith('(Amazon Bedrock Edition)') && ChargePeriodStart?.startsWith('2026-09-30'),
  );
  const credits = final.filter(({ ChargeCategory }) => ChargeCategory === 'Credit');
  expect(late.length).toBeGreaterThan(0);
  expect(credits).toHaveLength(1);
  expect(first).toHaveLength(final.length - late.length - credits.length + 1);
  const known = new Set(final.map((row) => JSON.stringify(row)));
  const wrong = first.filter((row) => !known.has(JSON.stringify(row)));
  expect(new Set(wrong.map(({ ChargePeriodStart }) => ChargePeriodStart?.slice(0, 10)))).toEqual(
    new Set(['2026-09-15', '2026-09-16']),
  );
  expect(wrong[0]).toMatchObject({ ContractedUnitPrice: '1.76' });
});

it('takes the usage of the first days for a short export', () => {
  const days = new Set(
    [...firstDays(billRows('azure', SEED, month), 5)].map((row) => row.ChargePeriodStart?.slice(0, 10)),
  );
  expect([...days].sort()).toEqual(['2026-09-01', '2026-09-02', '2026-09-03', '2026-09-04', '2026-09-05']);
});
