import { z } from 'zod';
import { SecretReference } from '../../secrets/schema.ts';

/** Settings of the query engine of the lake. */
export const lakeEngineSettings = {
  lakeEngine: z
    .enum(['duckdb', 'trino'])
    .default('duckdb')
    .describe(
      'Query engine of the lake: "duckdb" in the server, or "trino", a cluster that reads the lake as Iceberg tables. "trino" needs a PostgreSQL `database`, a `lake` in S3 and `lakeTrinoUrl`.',
    ),
  lakeTrinoUrl: z
    .url({ protocol: /^https?$/, error: 'an http:// or https:// address' })
    .refine(
      (address) => /^https?:\/\/[^/@?#]+\/?$/.test(address),
      'an address without user, password, path and parameters, such as "https://trino.example.org:8443"',
    )
    .optional()
    .describe(
      'Address of the coordinator of Trino, for example "https://trino.example.org:8443"; version 470 or newer. Default: none.',
    ),
  lakeTrinoUser: z
    .string()
    .regex(/^[\x21-\x39\x3b-\x7e]+$/, 'printable ASCII without spaces and ":"')
    .default('steelyard')
    .describe('User of the statements in Trino.'),
  lakeTrinoPassword: SecretReference.optional().describe(
    'Reference to the password of this user, which is sent over https only: "env:NAME" or "file:/absolute/path". Never the password. Default: none.',
  ),
  lakeTrinoCatalog: z
    .string()
    .regex(/^[a-z_][a-z0-9_]*$/, 'lower-case letters, digits and "_"')
    .default('steelyard')
    .describe('Catalog of Trino with the tables of the lake.'),
};

type LakeEngineSettings = z.infer<z.ZodObject<typeof lakeEngineSettings>> & {
  readonly database: string;
  readonly lake?: string | undefined;
};

/** Problems of settings that only make sense together; the name is that of the setting to change. */
export function checkLakeEngine({
  lakeEngine,
  lakeTrinoUrl,
  lakeTrinoPassword,
  database,
  lake,
}: LakeEngineSettings): { readonly name: string; readonly message: string }[] {
  const problems: { name: string; message: string }[] = [];
  const need = (name: string, isMissing: boolean, message: string) => {
    if (isMissing) problems.push({ name, message });
  };
  need(
    'lakeTrinoPassword',
    lakeTrinoPassword !== undefined && lakeTrinoUrl?.startsWith('https:') !== true,
    'a password is sent over https only: set lakeTrinoUrl to an https:// address, or leave the password out',
  );
  if (lakeEngine === 'duckdb') return problems;
  need('lakeTrinoUrl', lakeTrinoUrl === undefined, 'required with lakeEngine "trino": the address of the coordinator');
  need(
    'database',
    database === 'sqlite',
    'lakeEngine "trino" needs a PostgreSQL store, which has the catalog of the tables: set it to a postgresql:// address',
  );
  need(
    'lake',
    lake?.startsWith('s3://') !== true,
    'lakeEngine "trino" needs a lake in S3: set it to an address such as "s3://bucket/prefix?region=…"',
  );
  return problems;
}
