import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { awsServices } from './aws-services.ts';
import { azureServices } from './azure-services.ts';
import { ociServices } from './oci-services.ts';

const tables = { awsServices, azureServices, ociServices };
const columns = join(
  import.meta.dirname,
  '../../../../../shared/data/finops/focus-spec/focus-1.3-costandusage-columns.json',
);

describe.each(Object.entries(tables))('%s', (_, table) => {
  it('puts no service into two categories', () => {
    const names = Object.values(table).flat();
    expect(new Set(names).size).toBe(names.length);
  });

  it.skipIf(!existsSync(columns))(
    'has only categories that the specification allows (skipped without ../shared)',
    () => {
      const specification: { columns: { column: string; allowed_values?: string[][] }[] } = JSON.parse(
        readFileSync(columns, 'utf8'),
      );
      const allowed = specification.columns
        .find(({ column }) => column === 'ServiceSubcategory')
        ?.allowed_values?.map((pair) => pair.join('|'));
      expect(Object.keys(table).filter((pair) => allowed?.includes(pair) !== true)).toEqual([]);
    },
  );
});
