import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openLake, quoteLiteral } from '../../platform/lake/index.ts';
import { mapBillColumns } from './formats/index.ts';
import { buildCanonicalSelect } from './intake/canonical.ts';
import { inspectFile } from './intake/inspect-file.ts';
import { openSourceRelation } from './intake/source-relation.ts';

const headers = {
  FOCUS: 'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,Tags,x_Own',
  'AWS CUR':
    'bill/BillingPeriodStartDate,bill/BillingPeriodEndDate,bill/PayerAccountId,lineItem/UsageAccountId,lineItem/LineItemType,lineItem/UsageStartDate,lineItem/UsageEndDate,lineItem/ProductCode,lineItem/UsageType,lineItem/CurrencyCode,lineItem/UnblendedCost,pricing/unit,product/region,resourceTags/user:team',
  'Azure cost details':
    'BillingAccountId,BillingPeriodStartDate,BillingPeriodEndDate,SubscriptionId,Date,MeterCategory,MeterName,Quantity,EffectivePrice,CostInBillingCurrency,BillingCurrencyCode,UnitOfMeasure,ResourceId,ResourceLocation,ConsumedService,ChargeType,PricingModel,Tags',
  'OCI cost report':
    'lineItem/referenceNo,lineItem/tenantId,lineItem/intervalUsageStart,lineItem/intervalUsageEnd,product/service,product/compartmentId,product/region,product/resourceId,usage/billedQuantity,cost/productSku,cost/unitPrice,cost/myCost,cost/currencyCode,tags/team',
};

/**
 * The position of a row identifies it in its file, so the engine must write rows in the order in which it reads the
 * CSV.
 */
it.each(Object.entries(headers))('%s from CSV is planned as a copy in the order of the file', async (name, header) => {
  const root = mkdtempSync(join(tmpdir(), 'order-'));
  const lake = await openLake({ root, readable: [root], memory: '256MB', threads: 2 });
  onTestFinished(() => lake[Symbol.asyncDispose]());
  const path = join(root, 'bill.csv');
  writeFileSync(path, `${header}\n`);
  await lake.session(async (session) => {
    const source = await openSourceRelation(session, { path, name: 'bill.csv' }, await inspectFile(path, 'bill.csv'));
    const mapping = mapBillColumns(source.columns, { file: 'bill.csv', dataset: null });
    expect(mapping.format).toBe(name);
    const { select } = buildCanonicalSelect(source, mapping, { delivery: 'd', source: 's', file: 'f' });
    const [plan] = await session.query(
      `EXPLAIN COPY (${select}) TO ${quoteLiteral(join(root, 'x.parquet'))} (FORMAT parquet)`,
    );
    expect(String(plan?.explain_value)).toContain('BATCH_COPY_TO_FILE');
  });
});
