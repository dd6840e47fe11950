import { createHash } from 'node:crypto';
import type { Sql } from '../../platform/store/index.ts';
import type { CommitmentEnd } from '../costs/index.ts';
import { ForecastChange } from './schema.ts';
import { findChanges } from './store.ts';

interface OfferedTables {
  forecast_offered_change: { id: string; first_day: string; change: string };
  forecast_commitment_off: { commitment: string };
}

/** A commitment that ends as known changes, one for each team that it covered something of. */
export function buildOfferedChanges(ends: readonly CommitmentEnd[], at: string): ForecastChange[] {
  return ends.flatMap(({ commitment, name, type, end, currency, parts }) =>
    parts.map(({ team, serviceName, dailyAmount }): ForecastChange => {
      const text = JSON.stringify([commitment, currency, team]);
      return {
        change: `fc_${createHash('sha256').update(text).digest('hex').slice(0, 8)}`,
        subject: { ...(team === null ? {} : { team }), ...(serviceName === null ? {} : { serviceName }) },
        ...{ from: end, until: null, dailyAmount, factor: null, currency, commitment },
        what: `${type ?? 'Commitment'} ${shortenName(name ?? commitment)} ends`.slice(0, 200),
        ...{ addedAt: at, addedBy: 'bill', origin: 'bill', isOn: true },
      };
    }),
  );
}

/** The last part of a cloud address (ARN, path) is the name that users know. */
function shortenName(name: string): string {
  return name.split('/').at(-1) ?? name;
}

/** Replaces the offered changes by those of the current bill. A change that a user switched off stays off. */
export async function putOffered(sql: Sql, offered: readonly ForecastChange[]): Promise<void> {
  const tables = sql.tables<OfferedTables>();
  const before = new Map(
    (await tables.selectFrom('forecast_offered_change').selectAll().execute()).map((row) => [row.id, row.change]),
  );
  const now = offered.map((change) => {
    const known = before.get(change.change);
    // An unchanged id is the same change, with the time when it was first seen.
    const addedAt = known === undefined ? change.addedAt : ForecastChange.parse(JSON.parse(known)).addedAt;
    return { id: change.change, first_day: change.from, change: JSON.stringify({ ...change, addedAt }) };
  });
  if (now.length === before.size && now.every(({ id, change }) => before.get(id) === change)) return;
  await tables.deleteFrom('forecast_offered_change').execute();
  if (now.length > 0) await tables.insertInto('forecast_offered_change').values(now).execute();
}

/** The changes offered by the bill, and whether forecasts include them. */
export async function findOffered(sql: Sql, stated: readonly ForecastChange[]): Promise<ForecastChange[]> {
  const tables = sql.tables<OfferedTables>();
  const rows = await tables
    .selectFrom('forecast_offered_change')
    .selectAll()
    .orderBy('first_day')
    .orderBy('id')
    .execute();
  const off = new Set(
    (await tables.selectFrom('forecast_commitment_off').selectAll().execute()).map((row) => row.commitment),
  );
  for (const { commitment } of stated) if (commitment !== null) off.add(commitment);
  return rows.map((row) => {
    const change = ForecastChange.parse(JSON.parse(row.change));
    return { ...change, isOn: !off.has(change.commitment ?? '') };
  });
}

/** All known changes: those stated by users, and those offered by the bill. */
export async function readAllChanges(sql: Sql): Promise<ForecastChange[]> {
  const stated = await findChanges(sql);
  return [...stated, ...(await findOffered(sql, stated))].toSorted((a, b) =>
    a.from < b.from ? -1 : a.from > b.from ? 1 : 0,
  );
}

export async function switchCommitment(sql: Sql, commitment: string, isOn: boolean): Promise<void> {
  const tables = sql.tables<OfferedTables>();
  if (isOn) await tables.deleteFrom('forecast_commitment_off').where('commitment', '=', commitment).execute();
  else {
    await tables
      .insertInto('forecast_commitment_off')
      .values({ commitment })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}
