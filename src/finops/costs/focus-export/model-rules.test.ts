import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildUrl } from '../../../platform/contract/schema.ts';
import { importFiles } from '../../../testing/application.ts';
import { quietApplication } from '../../../testing/shared.ts';
import { applyRules, type BillRow, bill, inMonth, SPLITTING_RULES } from '../../testing/costs.ts';
import { judge, readModel } from './model-rules.testing.ts';
import { exportFocus, type FocusVersion } from './schema.ts';

const shared = join(import.meta.dirname, '../../../../../shared/data/finops/focus-spec');
const models = [
  ['1.2', 'requirements-model-1.2.json.gz', 240],
  ['1.3', 'requirements-model-1.3-assembled.json.gz', 300],
] as const;

/** A usage row of a SKU whose unit price is the whole cost of its one hour. */
function priced(service: string, sku: string, cost: string): BillRow {
  return {
    ...inMonth('2026-10', cost),
    ...{ ServiceName: service, SkuId: sku, SkuPriceId: `${sku}.1`, ListUnitPrice: cost, ContractedUnitPrice: cost },
    ...{ PricingCurrency: 'USD', PricingCurrencyEffectiveCost: cost },
    ...{ PricingCurrencyListUnitPrice: cost, PricingCurrencyContractedUnitPrice: cost },
  };
}

const rows = [
  priced('Amazon EC2', 'E', '1.25'),
  priced('Amazon EC2', 'E', '1.25'),
  priced('Support', 'S', '0.7'),
  priced('Network', 'N', '2'),
];

/**
 * Rules of the models that no file can satisfy, with their defect. The exported file satisfies the text of these rules:
 * the columns are null where there is no commitment.
 */
const defects: Readonly<Record<string, string>> = {
  'CommitmentDiscountCategory-C-005-M': 'forbids the null that its own nullability rule demands',
  'CommitmentDiscountStatus-C-003-C': 'demands a value where its sentence forbids one',
  'CommitmentDiscountStatus-C-004-C': 'its condition is the opposite of its sentence',
  'CommitmentDiscountStatus-C-005-M': 'lists the states of something else, and forbids null',
};

async function exported(content: string, version: FocusVersion): Promise<string> {
  await using application = await quietApplication();
  await applyRules(application, SPLITTING_RULES);
  await importFiles(application, 'aws', { 'a.csv': content });
  const query = { version, fileFormat: 'csv' } as const;
  const answer = await application.http.inject({
    url: buildUrl(exportFocus, { query }),
    headers: { host: 'localhost' },
  });
  const path = join(mkdtempSync(join(tmpdir(), 'focus-')), `focus-${version}.csv`);
  writeFileSync(path, answer.rawPayload);
  return path;
}

describe.skipIf(!existsSync(shared))("FOCUS's own rules (skipped without ../shared)", () => {
  it.each(models)(
    'hold for an export of a good bill, split rows included: FOCUS %s',
    async (version, file, atLeast) => {
      const verdict = await judge(await exported(bill(rows), version), readModel(join(shared, file)));
      const broken = verdict.violations.filter(({ rule }) => defects[rule.replace('CAU-', '')] === undefined);
      expect(broken).toEqual([]);
      expect(verdict.checked.length).toBeGreaterThanOrEqual(atLeast);
    },
  );

  it('are broken by a file that is none', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'focus-')), 'bad.csv');
    writeFileSync(path, 'BilledCost,ChargePeriodStart,AllocatedMethodDetails\n"1,5",2026-10-01,"{""Elements"":{}}"\n');
    const { violations } = await judge(path, readModel(join(shared, models[1][1])));
    const about = (column: string) => violations.filter(({ rule }) => rule.startsWith(`CAU-${column}-`)).length;
    expect([about('BilledCost'), about('ChargePeriodStart'), about('AllocatedMethodDetailsObject')]).toEqual([3, 2, 1]);
    expect(violations.filter(({ rows: none }) => none === null).length).toBeGreaterThan(40);
  });
});
