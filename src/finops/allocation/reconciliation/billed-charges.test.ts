import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openLake } from '../../../platform/lake/index.ts';
import { createLinked, readLinkedCharges, readUntrackedResources } from './billed-charges.ts';

const ROWS = 600;
const BILL = `(SELECT CASE WHEN i % 7 = 0 THEN NULL ELSE 'vm-' || (i % 20) END AS ResourceId, 'USD' AS BillingCurrency,
  (i / 100)::DECIMAL(18,6) AS amount, 'Compute' AS ServiceCategory, TIMESTAMP '2026-11-01' + INTERVAL (i % 5) HOUR AS ChargePeriodStart,
  TIMESTAMP '2026-11-01' + INTERVAL (i % 5 + 1) HOUR AS ChargePeriodEnd, 'Hours' AS ConsumedUnit, 'Usage' AS ChargeCategory, 1 AS ConsumedQuantity,
  '{}' AS SkuPriceDetails, CASE WHEN i % 7 = 0 THEN MAP {'steelyard.run': 'r' || (i % 3)} END AS Tags FROM range(${ROWS}) r(i))`;
const WINDOW = { start: Date.UTC(2026, 10, 1), end: Date.UTC(2026, 11, 1) };

it('groups a large bill by shares of its resources as it groups a small one', async () => {
  const root = mkdtempSync(join(tmpdir(), 'billed-charges-'));
  const lake = await openLake({ root, readable: [], memory: '256MB', threads: 2 });
  onTestFinished(() => lake[Symbol.asyncDispose]());
  const read = (rowsAtOnce: number) =>
    lake.session(async (session) => {
      const links = [
        { by: 'resource' as const, value: 'vm-1' },
        ...['r0', 'r1'].map((value) => ({ by: 'run' as const, value })),
      ];
      await createLinked({ ...session, countFileRows: () => ROWS }, BILL, links, rowsAtOnce);
      return { linked: await readLinkedCharges(session, WINDOW), untracked: await readUntrackedResources(session) };
    });
  const [whole, inShares] = [await read(ROWS), await read(ROWS / 20)];
  expect(whole.linked.flatMap(({ charges }) => charges).length).toBeGreaterThan(5);
  expect(whole.untracked.length).toBeGreaterThan(5);
  expect(inShares).toEqual(whole);
  expect(readdirSync(join(root, '.spill'))).toEqual([]);
});
