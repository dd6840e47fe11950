import { z } from 'zod';
import type { Sql } from '../../../../platform/store/index.ts';
import { Period } from '../../../../platform/units/schema.ts';
import { AlertRule } from '../../../monitors/schema.ts';
import { QualityLoss } from '../episode/schema.ts';
import { type StandingCounts, StoredCounts } from '../state.ts';

interface LookTables {
  alert_look: { monitor: string; alert: string; place: number; facts: string };
}

const count = z.number().int();

const LookFacts = z.strictObject({
  level: z.enum(['ok', 'warning', 'alert', 'no_data', 'unknown']),
  reason: z.string(),
  window: Period,
  version: z.string().nullable(),
  columns: z.array(z.string()).readonly(),
  loss: QualityLoss.nullable(),
});

const Facts = z.strictObject({
  look: LookFacts,
  /** Rows of the window when it was judged. */
  predictions: count,
  labels: count,
  /** The alert as the monitor had it then. */
  rule: AlertRule,
  /** For drift: id of the drift window, and the predictions of its reference; null: the look is not about drift. */
  drift: z
    .strictObject({
      window: z.string(),
      reference: z
        .strictObject({
          start: z.string().optional(),
          end: z.string().optional(),
          modelVersion: z.string().optional(),
        })
        .nullable(),
    })
    .nullable(),
  /** State of the alert after the look. */
  counts: StoredCounts,
});

/** A look that labels may judge again; looks of an alert are numbered by `place`, from 1 on, in the order in which they were taken. */
export interface StoredLook extends z.infer<typeof Facts> {
  readonly place: number;
}

export type LookAtRows = Omit<StoredLook, 'place' | 'counts'>;

interface AlertName {
  readonly monitor: string;
  readonly alert: string;
}

/** Place of the last look; 0: there is none. */
export async function findLastPlace(sql: Sql, { monitor, alert }: AlertName): Promise<number> {
  const row = await sql
    .tables<LookTables>()
    .selectFrom('alert_look')
    .select(({ fn }) => fn.max('place').as('place'))
    .where('monitor', '=', monitor)
    .where('alert', '=', alert)
    .executeTakeFirst();
  return Number(row?.place ?? 0);
}

/** Stores a look, or another judgement of the same. */
export async function saveLook(
  sql: Sql,
  { monitor, alert }: AlertName,
  { place, ...facts }: StoredLook,
): Promise<void> {
  const row = { monitor, alert, place, facts: JSON.stringify(facts) };
  await sql
    .tables<LookTables>()
    .insertInto('alert_look')
    .values(row)
    .onConflict((of) => of.columns(['monitor', 'alert', 'place']).doUpdateSet(row))
    .execute();
}

/** The last looks behind a place, in their order. */
export async function listLooksAfter(
  sql: Sql,
  { monitor, alert }: AlertName,
  { place, limit }: { readonly place: number; readonly limit: number },
): Promise<StoredLook[]> {
  const rows = await sql
    .tables<LookTables>()
    .selectFrom('alert_look')
    .select(['place', 'facts'])
    .where('monitor', '=', monitor)
    .where('alert', '=', alert)
    .where('place', '>', place)
    .orderBy('place', 'desc')
    .limit(limit)
    .execute();
  return rows.toReversed().map((row) => ({ ...Facts.parse(JSON.parse(row.facts)), place: row.place }));
}

export async function removeLooks(sql: Sql, { monitor, alert }: AlertName): Promise<void> {
  await sql
    .tables<LookTables>()
    .deleteFrom('alert_look')
    .where('monitor', '=', monitor)
    .where('alert', '=', alert)
    .execute();
}

/** A place among the looks of an alert, with the state of the alert there. Looks before this place are not judged again. */
export const LookBase = z.strictObject({ place: count, counts: StoredCounts });
export interface LookBase {
  readonly place: number;
  readonly counts: StandingCounts;
}
