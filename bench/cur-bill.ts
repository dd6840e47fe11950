import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { DuckDBInstance } from '@duckdb/node-api';
import type { BillOnDisk } from './bill-import.ts';

/**
 * Writes one month of an AWS Cost and Usage Report (legacy, CSV with slashes in its names) of `rows` rows: on-demand
 * usage, reservations, savings plans, tax. The columns are those of a real report without product attributes that are
 * always empty. Usage that a savings plan covers has no billed cost, because it was billed with the plan.
 */
export async function writeCurBill(path: string, rows: number): Promise<BillOnDisk & { readonly sizeBytes: number }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(availableParallelism()) });
  const connection = await instance.connect();
  await connection.run(`COPY (${curSelect(rows)}) TO '${path}' (FORMAT csv, HEADER true)`);
  const reader = await connection.runAndReadAll(
    `SELECT sum("lineItem/UnblendedCost"::DECIMAL(38,10))::VARCHAR AS billed FROM read_csv('${path}', all_varchar = true)
      WHERE "lineItem/LineItemType" <> 'SavingsPlanCoveredUsage'`,
  );
  connection.closeSync();
  instance.closeSync();
  const billed = String(reader.getRowObjectsJson()[0]?.billed).replace(/\.?0+$/, '');
  return { path, rows, sizeBytes: statSync(path).size, billedCost: billed };
}

function curSelect(rows: number): string {
  const columns = Object.entries(curColumns).map(([name, sql]) => `${sql} AS "${name}"`);
  return `WITH numbered AS (SELECT i, hash(i) AS h, hash(i // 24) AS resource, (i % 744)::INTEGER AS hour FROM range(${rows}) numbers(i)),
    drawn AS (
      SELECT *, ['Usage', 'Usage', 'Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage', 'Usage', 'Usage', 'Tax'][1 + (resource % 8)::INTEGER] AS kind,
        ((h % 1000000) / 1000000.0)::DECIMAL(18,10) AS cost, TIMESTAMP '2026-10-01' + to_hours(hour) AS start FROM numbered)
    SELECT ${columns.join(',\n      ')} FROM drawn`;
}

const AT = `'%Y-%m-%dT%H:%M:%SZ'`;
const only = (kind: string, sql: string) => `CASE WHEN kind = '${kind}' THEN ${sql} END`;
const priced = `CASE WHEN kind <> 'Tax' THEN cost END`;

const curColumns: Readonly<Record<string, string>> = {
  'identity/LineItemId': `to_hex(h)`,
  'identity/TimeInterval': `strftime(start, ${AT}) || '/' || strftime(start + INTERVAL 1 HOUR, ${AT})`,
  'bill/InvoiceId': `'INV-1'`,
  'bill/InvoicingEntity': `'Amazon Web Services, Inc.'`,
  'bill/BillingEntity': `'AWS'`,
  'bill/BillType': `'Anniversary'`,
  'bill/PayerAccountId': `'000000000001'`,
  'bill/BillingPeriodStartDate': `'2026-10-01T00:00:00Z'`,
  'bill/BillingPeriodEndDate': `'2026-11-01T00:00:00Z'`,
  'lineItem/UsageAccountId': `lpad((resource % 300)::VARCHAR, 12, '0')`,
  'lineItem/LineItemType': 'kind',
  'lineItem/UsageStartDate': `strftime(start, ${AT})`,
  'lineItem/UsageEndDate': `strftime(start + INTERVAL 1 HOUR, ${AT})`,
  'lineItem/ProductCode': `['AmazonEC2', 'AmazonS3', 'AmazonSageMaker', 'AmazonBedrock'][1 + (resource % 4)::INTEGER]`,
  'lineItem/UsageType': `'BoxUsage:type' || (resource % 90)`,
  'lineItem/Operation': `'RunInstances'`,
  'lineItem/AvailabilityZone': `'us-east-1a'`,
  'lineItem/ResourceId': `'i-' || to_hex(resource)`,
  'lineItem/UsageAmount': `'1.0'`,
  'lineItem/NormalizationFactor': `''`,
  'lineItem/NormalizedUsageAmount': `''`,
  'lineItem/CurrencyCode': `'USD'`,
  'lineItem/UnblendedRate': priced,
  'lineItem/UnblendedCost': 'cost',
  'lineItem/BlendedRate': priced,
  'lineItem/BlendedCost': 'cost',
  'lineItem/LineItemDescription': `'USD per hour of type ' || (resource % 90)`,
  'lineItem/TaxType': only('Tax', `'VAT'`),
  'lineItem/LegalEntity': `'Amazon Web Services, Inc.'`,
  'product/ProductName': `'Amazon Elastic Compute Cloud'`,
  'product/instanceType': `'type' || (resource % 90)`,
  'product/operation': `'RunInstances'`,
  'product/productFamily': `'Compute Instance'`,
  'product/region': `'us-east-1'`,
  'product/regionCode': `'us-east-1'`,
  'product/servicecode': `['AmazonEC2', 'AmazonS3', 'AmazonSageMaker', 'AmazonBedrock'][1 + (resource % 4)::INTEGER]`,
  'product/servicename': `'Amazon Elastic Compute Cloud'`,
  'product/sku': `'SKU' || (resource % 2000)`,
  'product/usagetype': `'BoxUsage:type' || (resource % 90)`,
  'pricing/RateCode': `'SKU' || (resource % 2000) || '.JRTC.6YS6'`,
  'pricing/RateId': `(resource % 2000)::VARCHAR`,
  'pricing/currency': `'USD'`,
  'pricing/publicOnDemandCost': priced,
  'pricing/publicOnDemandRate': priced,
  'pricing/term': `'OnDemand'`,
  'pricing/unit': `'Hrs'`,
  'reservation/AmortizedUpfrontCostForUsage': only('DiscountedUsage', `'0.0'`),
  'reservation/AmortizedUpfrontFeeForBillingPeriod': `''`,
  'reservation/EffectiveCost': only('DiscountedUsage', 'cost'),
  'reservation/EndTime': `''`,
  'reservation/ModificationStatus': `''`,
  'reservation/NormalizedUnitsPerReservation': `''`,
  'reservation/NumberOfReservations': `''`,
  'reservation/RecurringFeeForUsage': only('DiscountedUsage', 'cost'),
  'reservation/ReservationARN': only(
    'DiscountedUsage',
    `'arn:aws:ec2:us-east-1:000000000001:reserved-instances/r-' || (resource % 20)`,
  ),
  'reservation/StartTime': `''`,
  'reservation/SubscriptionId': `''`,
  'reservation/TotalReservedNormalizedUnits': `''`,
  'reservation/TotalReservedUnits': `''`,
  'reservation/UnitsPerReservation': `''`,
  'reservation/UnusedAmortizedUpfrontFeeForBillingPeriod': `''`,
  'reservation/UnusedNormalizedUnitQuantity': `''`,
  'reservation/UnusedQuantity': `''`,
  'reservation/UnusedRecurringFee': `''`,
  'reservation/UpfrontValue': `''`,
  'savingsPlan/TotalCommitmentToDate': `''`,
  'savingsPlan/SavingsPlanARN': only(
    'SavingsPlanCoveredUsage',
    `'arn:aws:savingsplans::000000000001:savingsplan/s-' || (resource % 20)`,
  ),
  'savingsPlan/SavingsPlanRate': only('SavingsPlanCoveredUsage', 'cost'),
  'savingsPlan/UsedCommitment': only('SavingsPlanCoveredUsage', 'cost'),
  'savingsPlan/SavingsPlanEffectiveCost': only('SavingsPlanCoveredUsage', 'cost'),
  'savingsPlan/AmortizedUpfrontCommitmentForBillingPeriod': `''`,
  'savingsPlan/RecurringCommitmentForBillingPeriod': `''`,
};
