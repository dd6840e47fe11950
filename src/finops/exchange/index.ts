import { isDeepStrictEqual } from 'node:util';
import { handle, type Route } from '../../platform/http/index.ts';
import { createSpecKind, type ManifestKind, type ManifestOutcome } from '../../platform/manifests/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { type Conversion, createConversion } from './conversion.ts';
import { parseEcbRates } from './ecb-csv.ts';
import { ExchangeRatesSpec, importExchangeRates, listExchangeRates, MOST_DAYS_BACK } from './schema.ts';
import { deleteDays, ECB, findTable, findTablesWithin, listTables, putDays, putTable } from './store.ts';

export type { Conversion } from './conversion.ts';
export { exchangeMigrations } from './migrations.ts';

/** Exchange rates by day: custom tables, and the reference rates of the European Central Bank. */
export interface Exchange {
  /**
   * Creates a converter to a currency for amounts of charge days ("2026-11-03", both ends inclusive), at the rate of
   * their day.
   */
  conversion(reporting: string, days: { readonly from: string; readonly to: string }): Promise<Conversion>;
  /** `ExchangeRates`: a table replaces the table with the same name. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

const ECB_SOURCE = 'ECB euro foreign exchange reference rates';

export function createExchange({ store }: { readonly store: Store }): Exchange {
  return {
    async conversion(reporting, { from, to }) {
      const first = new Date(Date.parse(`${from}T00:00:00Z`) - MOST_DAYS_BACK * DAY_MS).toISOString().slice(0, 10);
      return createConversion(await findTablesWithin(store, { from: first, to }), reporting);
    },
    kinds: [createSpecKind('ExchangeRates', 30, ExchangeRatesSpec, applyTable)],
    routes: [
      handle(listExchangeRates, async () => ({ tables: await listTables(store) })),
      handle(importExchangeRates, ({ body: { file, text } }) => importEcb(store, file, text)),
    ],
  };
}

async function applyTable(sql: Sql, name: string, spec: ExchangeRatesSpec): Promise<ManifestOutcome> {
  const { base, source } = spec;
  const days = spec.rates.toSorted((one, other) => (one.date < other.date ? -1 : 1));
  const before = await findTable(sql, name);
  if (isDeepStrictEqual(before, { base, source, days })) return 'unchanged';
  await putTable(sql, name, { base, source });
  await deleteDays(sql, name);
  await putDays(sql, name, days);
  return before === null ? 'created' : 'changed';
}

/** Days missing in the file keep their imported rates. */
async function importEcb(store: Store, file: string, text: string) {
  const days = parseEcbRates(file, text);
  const changedDays = await store.transaction(async (sql) => {
    const before = new Map((await findTable(sql, ECB))?.days.map(({ date, rates }) => [date, rates]));
    const changed = days.filter(({ date, rates }) => !isDeepStrictEqual(before.get(date), rates));
    await putTable(sql, ECB, { base: 'EUR', source: ECB_SOURCE });
    await putDays(sql, ECB, changed);
    return changed.length;
  });
  const dates = days.map(({ date }) => date);
  return {
    days: days.length,
    changedDays,
    currencies: [...new Set(days.flatMap(({ rates }) => Object.keys(rates)))].toSorted(),
    from: dates[0] ?? '',
    to: dates.at(-1) ?? '',
  };
}
