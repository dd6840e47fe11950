import { z } from 'zod';

const ROLES = ['api', 'gateway', 'worker'] as const;
export type Role = (typeof ROLES)[number];

const RoleList = z.string().transform((list) => list.split(',').map((item) => item.trim()));

/** Settings of one server of several on a store. */
export const serverSettings = {
  server: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and dashes, at most 63')
    .optional()
    .describe(
      'Name of this server, its own, where several share one PostgreSQL store and one data folder (docs/servers.md). Default: this server is the only one of its data folder.',
    ),
  roles: z
    .string()
    .refine(
      (list) => RoleList.pipe(z.array(z.enum(ROLES)).min(1)).safeParse(list).success,
      '"api", "gateway" and "worker", comma-separated',
    )
    .default('api, gateway, worker')
    .describe(
      'Roles of this server, comma-separated: "api" answers pages, the API and the MLflow API, "gateway" answers requests to endpoints, "worker" runs jobs and schedules. Each server of several may have some of them.',
    ),
  lastKnownSeconds: z.coerce
    .number({ error: 'a whole number of seconds from 10 to 86400' })
    .int()
    .min(10)
    .max(86_400)
    .default(900)
    .describe(
      'Time in seconds for which a server continues to answer predictions by the endpoints, keys and monitors that it last read while PostgreSQL does not respond. A key that is revoked meanwhile is accepted as long.',
    ),
  drainSeconds: z.coerce
    .number({ error: 'a whole number of seconds, at most 600' })
    .int()
    .min(0)
    .max(600)
    .optional()
    .describe(
      'Time in seconds after SIGTERM in which GET /health answers 503 and requests are still accepted, so that load balancers stop sending them. Default: 5 with "server", 0 without.',
    ),
};

type ServerSettings = Pick<z.infer<z.ZodObject<typeof serverSettings>>, 'server' | 'roles'> & {
  readonly database: string;
  readonly predictionFsync: 'always' | 'interval';
  readonly publicUrl?: string | undefined;
};

/** The roles of a valid setting. */
export function parseRoles(list: string): Role[] {
  const named = new Set(RoleList.parse(list));
  return ROLES.filter((role) => named.has(role));
}

/** Settings that several servers cannot share; the name is that of the setting to change. */
export function checkServers({
  server,
  roles,
  database,
  predictionFsync,
  publicUrl,
}: ServerSettings): { readonly name: string; readonly message: string }[] {
  if (server === undefined) {
    const hasAll = parseRoles(roles).length === ROLES.length;
    return hasAll
      ? []
      : [{ name: 'roles', message: 'the only server of a data folder needs all of them; set "server"' }];
  }
  const problems: { name: string; message: string }[] = [];
  if (database === 'sqlite') {
    const message = 'servers share a PostgreSQL store: set "database" to its address, or leave "server" out';
    problems.push({ name: 'server', message });
  }
  if (predictionFsync === 'interval') {
    const message = '"always" with "server": rows that are not on the shared disk are invisible to other servers';
    problems.push({ name: 'predictionFsync', message });
  }
  const named = parseRoles(roles);
  if (named.includes('worker') && !named.includes('api') && publicUrl === undefined) {
    const message = 'required for the role "worker" without "api": work that it runs calls the API at this address';
    problems.push({ name: 'publicUrl', message });
  }
  return problems;
}

interface SharingFacts {
  readonly server?: string | undefined;
  readonly docker?: string | undefined;
  readonly objects?: string | undefined;
  readonly isProcessExecutorOn: boolean;
}

/** Settings that several servers share only in part, for `steelyard config check` and the log. */
export function listSharingWarnings({ server, docker, objects, isProcessExecutorOn }: SharingFacts): string[] {
  if (server === undefined) return [];
  const warnings: string[] = [];
  if (isProcessExecutorOn)
    warnings.push(
      'processExecutor: processes run on the machine of one server; another server that takes a run over does not find them and starts its step again.',
    );
  if (docker?.startsWith('unix:') === true)
    warnings.push(
      'docker: the engine at a unix socket belongs to one machine; give every server the same engine at tcp://.',
    );
  if (objects === undefined)
    warnings.push('objects: artifacts are in the data folder, which must be one volume on every server.');
  return warnings;
}
