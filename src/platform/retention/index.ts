import { handle, type Route } from '../http/index.ts';
import { previewTables, type RetentionPreview, type TableRetention } from './schema.ts';

export type { RetentionPreview } from './schema.ts';

type Setting = 'predictionDays' | 'labelDays' | 'gpuReadingDays' | 'rawBillDays' | 'supersededDeliveryDays';

/** A table whose rows are deleted by age; a job of its folder deletes them. */
export interface AgedTable {
  readonly table: TableRetention['table'];
  readonly setting: Setting;
  /** Value of the setting; undefined: rows are kept for ever. */
  readonly days: number | undefined;
  /** Dry run: rows that would be deleted now if rows are kept for this many days; null: for ever. */
  preview(days: number | null): Promise<RetentionPreview>;
}

/** One dry run of retention by age over all tables. */
export function createTableRetention(tables: readonly AgedTable[]): { readonly routes: readonly Route[] } {
  return {
    routes: [
      handle(previewTables, async ({ query }) => {
        const shown: TableRetention[] = [];
        for (const { table, setting, days, preview } of tables) {
          shown.push({ table, setting, ...(await preview(query[setting] ?? days ?? null)) });
        }
        return { tables: shown };
      }),
    ],
  };
}
