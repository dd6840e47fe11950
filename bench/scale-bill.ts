import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { DuckDBInstance } from '@duckdb/node-api';

export interface ScaleBill {
  readonly path: string;
  readonly rows: number;
  readonly sizeBytes: number;
  /** Exact sum of BilledCost, as a decimal string: the expected result of an import. */
  readonly billedCost: string;
}

/** Decimals of a cloud's Parquet: FOCUS requires the precision of the bill, AWS and Azure write about 15 decimals. */
const MONEY = 'DECIMAL(30,15)';

/**
 * Writes a month (`YYYY-MM`) of a FOCUS 1.2 bill as Parquet: hourly rows of `rows / 24` resource-days over 300 accounts, 40 services
 * and 24 teams, four tags on four rows of five, credits and taxes among them. The same number of rows is the same file:
 * every value comes from a hash of the row's number.
 */
export async function writeScaleBill(path: string, rows: number, month = '2026-10'): Promise<ScaleBill> {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(availableParallelism()) });
  const connection = await instance.connect();
  await connection.run(`COPY (${billSelect(rows, month)}) TO '${path}' (FORMAT parquet)`);
  const reader = await connection.runAndReadAll(`SELECT sum(BilledCost)::VARCHAR AS billed FROM '${path}'`);
  connection.closeSync();
  instance.closeSync();
  const billed = String(reader.getRowObjectsJson()[0]?.billed);
  return { path, rows, sizeBytes: statSync(path).size, billedCost: billed.replace(/\.?0+$/, '') };
}

function billSelect(rows: number, month: string): string {
  return `WITH numbered AS (
      SELECT i, hash(i) AS h, hash(i + 7919) AS g, hash(i // 24) AS resource FROM range(${rows}) numbers(i)),
    drawn AS (
      SELECT *, (resource % 40)::INTEGER AS service, (i % ${countHours(month)})::INTEGER AS hour, (h % 1000000)::BIGINT + 1 AS micros,
        CASE WHEN h % 500 = 0 THEN -1 ELSE 1 END AS sign, h % 7 = 0 AS committed FROM numbered)
    SELECT ${[...accounts, ...buildTimes(month), ...money, ...skus, ...places, ...commitments, ...extras].join(',\n      ')} FROM drawn`;
}

const accounts = [
  `'pa-000000000001' AS BillingAccountId`,
  `'Example Corp' AS BillingAccountName`,
  `'acc-' || (resource % 300) AS SubAccountId`,
  `'Account ' || (resource % 300) AS SubAccountName`,
  `'Amazon Web Services' AS ProviderName`,
  `'Amazon Web Services' AS PublisherName`,
  `'Amazon Web Services, Inc.' AS InvoiceIssuerName`,
  `'INV-2026-10' AS InvoiceId`,
];

function countHours(month: string): number {
  const [year, number] = month.split('-').map(Number);
  return 24 * new Date(Date.UTC(year ?? 0, number ?? 0, 0)).getUTCDate();
}

function buildTimes(month: string): string[] {
  const start = `TIMESTAMP '${month}-01'`;
  return [
    `${start} AS BillingPeriodStart`,
    `${start} + INTERVAL 1 MONTH AS BillingPeriodEnd`,
    `${start} + to_hours(hour) AS ChargePeriodStart`,
    `${start} + to_hours(hour + 1) AS ChargePeriodEnd`,
  ];
}

const money = [
  `'USD' AS BillingCurrency`,
  `sign * (micros / 1000000.0)::${MONEY} AS BilledCost`,
  `sign * (micros / 1250000.0)::${MONEY} AS EffectiveCost`,
  `(micros / 900000.0)::${MONEY} AS ListCost`,
  `(micros / 950000.0)::${MONEY} AS ContractedCost`,
  `(0.01 + (resource % 900) / 1000.0)::${MONEY} AS ListUnitPrice`,
  `(0.01 + (resource % 900) / 1100.0)::${MONEY} AS ContractedUnitPrice`,
  `((g % 240) / 10.0)::${MONEY} AS PricingQuantity`,
  `'Hours' AS PricingUnit`,
  `((g % 240) / 10.0)::${MONEY} AS ConsumedQuantity`,
  `'Hours' AS ConsumedUnit`,
];

const skus = [
  `CASE h % 500 WHEN 0 THEN 'Credit' WHEN 1 THEN 'Tax' ELSE 'Usage' END AS ChargeCategory`,
  `NULL::VARCHAR AS ChargeClass`,
  `'USD per hour of type ' || (resource % 90) || ' in region ' || (resource % 12) AS ChargeDescription`,
  `'Usage-Based' AS ChargeFrequency`,
  `'Standard' AS PricingCategory`,
  `['Compute', 'AI and Machine Learning', 'Storage', 'Networking'][1 + service % 4] AS ServiceCategory`,
  `'Service ' || service AS ServiceName`,
  `'SKU' || (resource % 2000) AS SkuId`,
  `'SKU' || (resource % 2000) || '.' || (h % 4) AS SkuPriceId`,
  `'BoxUsage:type' || (resource % 90) AS SkuMeter`,
];

const places = [
  `'us-east-' || (resource % 12) AS RegionId`,
  `'Region ' || (resource % 12) AS RegionName`,
  `'us-east-' || (resource % 12) || 'a' AS AvailabilityZone`,
  `'arn:aws:ec2:us-east-1:000000000001:instance/i-' || to_hex(resource) AS ResourceId`,
  `'node-' || (resource % 100000) AS ResourceName`,
  `'Instance' AS ResourceType`,
];

const commitments = [
  `CASE WHEN committed THEN 'commitment-' || (h % 20) END AS CommitmentDiscountId`,
  `CASE WHEN committed THEN 'Spend' END AS CommitmentDiscountCategory`,
  `CASE WHEN committed THEN 'Used' END AS CommitmentDiscountStatus`,
];

const extras = [
  `CASE WHEN h % 5 > 0 THEN MAP {'team': 'team-' || (resource % 24), 'env': ['prod', 'dev', 'dev'][1 + (resource % 3)::INTEGER],
        'project': 'project-' || (resource % 120), 'cost-center': 'cc-' || (resource % 60)} END AS Tags`,
  `'usage-type-' || (resource % 400) AS x_UsageType`,
  `'operation-' || (resource % 30) AS x_Operation`,
];
