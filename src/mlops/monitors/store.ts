import { AppError } from '../../platform/errors/index.ts';
import type { OwnerLimit } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { buildModelOwnerCondition } from '../runs/index.ts';
import { type Monitor, MonitorSpec } from './schema.ts';

interface MonitorTables {
  monitor: { name: string; model: string; spec: string };
}

export async function findMonitors(sql: Sql, name: string | null = null): Promise<Monitor[]> {
  let query = sql.tables<MonitorTables>().selectFrom('monitor').selectAll().orderBy('name');
  if (name !== null) query = query.where('name', '=', name);
  return (await query.execute()).map(parseMonitorRow);
}

/** Monitors of models of these owners; null: all. */
export async function findMonitorsOf(sql: Sql, owners: OwnerLimit | null): Promise<Monitor[]> {
  let query = sql.tables<MonitorTables>().selectFrom('monitor').selectAll().orderBy('name');
  if (owners !== null) query = query.where(buildModelOwnerCondition('monitor.model', owners));
  return (await query.execute()).map(parseMonitorRow);
}

/** Null: the model has no monitor. */
export async function findMonitorOfModel(sql: Sql, model: string): Promise<Monitor | null> {
  const query = sql.tables<MonitorTables>().selectFrom('monitor').selectAll().where('model', '=', model);
  const row = await query.executeTakeFirst();
  return row === undefined ? null : parseMonitorRow(row);
}

export async function saveMonitor(sql: Sql, { monitor: name, spec }: Monitor): Promise<void> {
  const row = { name, model: spec.model, spec: JSON.stringify(spec) };
  await sql
    .tables<MonitorTables>()
    .insertInto('monitor')
    .values(row)
    .onConflict((of) => of.column('name').doUpdateSet(row))
    .execute();
}

function parseMonitorRow({ name, spec }: MonitorTables['monitor']): Monitor {
  return { monitor: name, spec: MonitorSpec.parse(JSON.parse(spec)) };
}

/** The error for a monitor that does not exist. */
export function noMonitor(monitor: string): AppError {
  return new AppError(
    'monitor_not_found',
    `There is no monitor "${monitor}". List monitors with: steelyard monitor list.`,
    {
      monitor,
    },
  );
}
