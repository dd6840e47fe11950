import { createHash, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { Client } from 'pg';
import { migrations } from '../app/migrations.ts';
import type { ConfigName } from '../platform/config/schema.ts';
import { openStore } from '../platform/store/index.ts';
import { createTrinoCatalog, type TrinoCatalog } from './trino-catalog.ts';

type Settings = Partial<Record<ConfigName, unknown>>;

/** Settings of the store and the lake of one test application; disposing ends the installation. */
export interface TestInstallation extends AsyncDisposable {
  readonly settings: Settings;
}

/** Addresses of running servers. */
interface Servers {
  readonly postgres: string;
  readonly s3: string;
  /** null: DuckDB queries the lake. */
  readonly trino: string | null;
}

/** Servers of TEST_LAKE_POSTGRES, TEST_LAKE_S3 and TEST_LAKE_TRINO; null where the first two are not set. */
function findServers(): Servers | null {
  const { TEST_LAKE_POSTGRES: postgres, TEST_LAKE_S3: s3, TEST_LAKE_TRINO: trino } = process.env;
  return postgres === undefined || s3 === undefined ? null : { postgres, s3, trino: trino ?? null };
}

/** Installations of data folders that a test names: the application may be opened on them again. */
const lasting = new Map<string, Promise<TestInstallation>>();

/**
 * A database, a bucket prefix and, with TEST_LAKE_TRINO, a catalog of Trino for one test application, so that whole test files run on
 * PostgreSQL, S3 and Trino unchanged. null without these servers, and for settings that name a store or a lake. For a data folder that
 * the settings name it is the same each time, and lasts beyond the application.
 */
export async function openInstallation(settings: Settings): Promise<TestInstallation | null> {
  const servers = findServers();
  if (servers === null || settings.database !== undefined || settings.lake !== undefined) return null;
  const { data } = settings;
  if (typeof data !== 'string') return createInstallation(servers);
  const known = lasting.get(data) ?? createInstallation(servers);
  lasting.set(data, known);
  return { settings: (await known).settings, [Symbol.asyncDispose]: async () => undefined };
}

async function createInstallation(servers: Servers): Promise<TestInstallation> {
  await using started = new AsyncDisposableStack();
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  const template = await findTemplate(servers.postgres);
  await query(servers.postgres, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  started.defer(() => query(servers.postgres, `DROP DATABASE ${name} WITH (FORCE)`));
  const database = toDatabase(servers.postgres, name);
  const lake = servers.s3.replace(/(\/*)(\?|$)/, `/${name}$2`);
  const catalog = servers.trino === null ? null : started.use(await createCatalog(servers.trino, name, database, lake));
  const all = started.move();
  return {
    settings: {
      ...{ database, lake },
      ...(catalog === null ? {} : { lakeEngine: 'trino', lakeTrinoUrl: servers.trino, lakeTrinoCatalog: catalog.name }),
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function createCatalog(url: string, name: string, database: string, lake: string): Promise<TrinoCatalog> {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = process.env;
  return createTrinoCatalog({ url, name, database, lake, accessKeyId, secretAccessKey });
}

let making: Promise<string> | null = null;

/** Name of the migrated database that the others are copied from; made once for each set of migrations. */
function findTemplate(postgres: string): Promise<string> {
  making ??= makeTemplate(postgres);
  return making;
}

async function makeTemplate(postgres: string): Promise<string> {
  const hash = createHash('sha256');
  for (const [name, { up }] of Object.entries(migrations)) hash.update(`${name}\n${String(up)}\n`);
  const template = `template_${hash.digest('hex').slice(0, 16)}`;
  const client = new Client({ connectionString: postgres });
  await client.connect();
  try {
    // Other workers wait until the template is complete.
    await client.query('SELECT pg_advisory_lock(476)');
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rowCount === 0) {
      const draft = `${template}_draft`;
      await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
      await client.query(`CREATE DATABASE ${draft}`);
      const store = await openStore({ database: toDatabase(postgres, draft), folder: tmpdir() });
      await store.migrate(migrations).finally(() => store[Symbol.asyncDispose]());
      await client.query(`ALTER DATABASE ${draft} RENAME TO ${template}`);
    }
    return template;
  } finally {
    await client.end();
  }
}

function toDatabase(postgres: string, name: string): string {
  return Object.assign(new URL(postgres), { pathname: `/${name}` }).toString();
}

async function query(postgres: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: postgres });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
