import { describe, expect, it } from 'vitest';
import { call, catchProblem, deliverFiles } from '../../../testing/application.ts';
import { sharedQuietApplication } from '../../../testing/shared.ts';
import { listDeliveries } from '../schema.ts';
import { billQuality } from './schema.ts';

const application = await sharedQuietApplication();
const HEADER =
  'BilledCost,EffectiveCost,ContractedCost,ListCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargeCategory,ChargeClass,ResourceId';
const MONTH = 'USD,2026-10-01,2026-11-01';
const bill = (...rows: string[]) => ({ 'a.csv': `${[HEADER, ...rows].join('\n')}\n` });

let sources = 0;
async function quality(...rows: string[]) {
  sources += 1;
  const content = bill(...rows.map((row) => `${row}-${sources}`));
  const result = await deliverFiles(application, `quality-${sources}`, content, {});
  const found = await call(application, billQuality, { params: { delivery: result.delivery ?? '' } });
  return { result, found };
}

describe('the data quality of a delivery', () => {
  it('has no finding where every row holds the rules', async () => {
    const { result, found } = await quality(
      `1,1,1,1,${MONTH},2026-10-03,Usage,,r`,
      `-5,-5,-5,-9,${MONTH},2026-10-03,Credit,,r`,
      `1,0.5,0.7,0.9,${MONTH},2026-10-03,Usage,,r`,
      `2,2,,,${MONTH},2025-06-03,Adjustment,Correction,r`,
    );
    expect(found).toMatchObject({ rows: 4, findings: [] });
    expect(result.units).toMatchObject([{ findings: 0 }]);
  });

  it.each([
    ['charge_category_unknown', `3,3,3,3,${MONTH},2026-10-03,Blah,,r`, 'Blah'],
    [
      'list_below_contracted',
      `3,1,3,2,${MONTH},2026-10-03,Usage,,r`,
      '2.00000000000000000000 < 3.00000000000000000000',
    ],
    ['contracted_below_effective', `3,3,2,4,${MONTH},2026-10-03,Usage,,r`, '2.0'],
    ['charge_outside_billing_period', `3,3,3,3,${MONTH},2025-06-03,Usage,,r`, '2025-06-03 in 2026-10'],
    ['charge_outside_billing_period', `3,3,3,3,${MONTH},2026-11-03,Usage,,r`, '2026-11-03 in 2026-10'],
  ])('names rows of which the %s, what they cost and the first of them', async (rule, row, value) => {
    const { result, found } = await quality(`1,1,1,1,${MONTH},2026-10-03,Usage,,r`, row, row);
    expect(found.findings).toMatchObject([
      {
        rule,
        period: '2026-10',
        rows: 2,
        billed: [{ currency: 'USD', amount: '6' }],
        example: { file: 'a.csv', row: 2 },
      },
    ]);
    expect(found.findings[0]?.example.value).toContain(value.slice(0, 3));
    expect(found.findings[0]?.focus).not.toBe('');
    expect(result.units).toMatchObject([{ findings: 2, standing: 'current' }]);
    const { deliveries } = await call(application, listDeliveries, { query: { source: result.source } });
    expect(deliveries).toMatchObject([{ findings: 2, current: true }]);
  });

  it('of a delivery that never came is unknown', async () => {
    const params = { delivery: 'd_00000000000000000000' };
    const problem = await catchProblem(call(application, billQuality, { params }));
    expect(problem).toMatchObject({ code: 'bill_delivery_not_found' });
  });
});
