import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { METRIC_TIMESTAMP, type RunFacts } from './runs.ts';
import type { DirectInsert } from './session.ts';

type Value = string | number | boolean;

interface Rows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
}

/** Runs written into mlflow's own tables, as its REST server would have written them, only sooner. */
export function insertIntoSqlite(file: string): DirectInsert {
  return {
    async runs(experimentId, runs) {
      using database = new DatabaseSync(file, { timeout: 30_000 });
      database.exec('BEGIN IMMEDIATE');
      for (const { table, columns, rows } of rowsOf(experimentId, runs, 0)) {
        const places = columns.map(() => '?').join(', ');
        const insert = database.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`);
        for (const row of rows) insert.run(...row.map((value) => (typeof value === 'boolean' ? Number(value) : value)));
      }
      database.exec('COMMIT');
    },
  };
}

export function insertIntoPostgres(address: string): DirectInsert {
  return {
    async runs(experimentId, runs) {
      const client = new Client({ connectionString: address });
      await client.connect();
      try {
        await client.query('BEGIN');
        for (const { table, columns, rows } of rowsOf(experimentId, runs, false)) {
          const objects = rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])));
          const names = columns.join(', ');
          for (let first = 0; first < objects.length; first += 20_000) {
            const part = JSON.stringify(objects.slice(first, first + 20_000));
            const from = `json_populate_recordset(NULL::${table}, $1)`;
            await client.query(`INSERT INTO ${table} (${names}) SELECT ${names} FROM ${from}`, [part]);
          }
        }
        await client.query('COMMIT');
        await client.query('ANALYZE');
      } finally {
        await client.end();
      }
    },
  };
}

function rowsOf(experimentId: string, runs: readonly RunFacts[], none: 0 | false): Rows[] {
  const identified = runs.map((facts) => ({ ...facts, id: idOf(experimentId, facts) }));
  const metrics = identified.flatMap(({ id, metrics: values }) =>
    values.map(({ key, value }) => [key, value, METRIC_TIMESTAMP, 0, none, id]),
  );
  const metricColumns = ['key', 'value', 'timestamp', 'step', 'is_nan', 'run_uuid'];
  const pairs = (of: (facts: RunFacts) => RunFacts['tags']) =>
    identified.flatMap((facts) => of(facts).map(({ key, value }) => [key, value, facts.id]));
  return [
    { table: 'runs', columns: RUN_COLUMNS, rows: identified.map((facts) => runRow(experimentId, facts, facts.id)) },
    { table: 'metrics', columns: metricColumns, rows: metrics },
    { table: 'latest_metrics', columns: metricColumns, rows: metrics },
    { table: 'params', columns: ['key', 'value', 'run_uuid'], rows: pairs((facts) => facts.params) },
    {
      table: 'tags',
      columns: ['key', 'value', 'run_uuid'],
      rows: pairs(({ tags, name }) => [...tags, { key: 'mlflow.runName', value: name }]),
    },
  ];
}

const RUN_COLUMNS = [
  'run_uuid',
  'name',
  'source_type',
  'source_name',
  'entry_point_name',
  'user_id',
  'status',
  'start_time',
  'source_version',
  'lifecycle_stage',
  'artifact_uri',
  'experiment_id',
];

function runRow(experimentId: string, { name, startTime }: RunFacts, id: string): Value[] {
  const uri = `mlflow-artifacts:/${experimentId}/${id}/artifacts`;
  return [id, name, 'UNKNOWN', '', '', '', 'RUNNING', startTime, '', 'active', uri, Number(experimentId)];
}

function idOf(experimentId: string, { name }: RunFacts): string {
  return Buffer.from(`${experimentId}:${name}`).toString('hex').padStart(32, '0').slice(-32);
}
