import type { Scope } from '../contract/schema.ts';
import { type Identity, isAllowed } from '../http/index.ts';
import type { Role } from './schema.ts';

const READ: readonly Scope[] = ['platform.read', 'org.read', 'finops.read', 'mlops.read', 'tradeoff.read'];
const EVERYBODY: readonly Scope[] = [...READ, 'account.self'];
const CONTRIBUTE: readonly Scope[] = [
  'mlops.log',
  'mlops.write',
  'serving.predict',
  'tradeoff.write',
  'finops.reserve',
];
const OPERATE: readonly Scope[] = [...CONTRIBUTE, 'mlops.delete', 'mlops.run_code', 'platform.apply', 'platform.write'];

/** Grants of a server beyond the table of roles. */
export interface RolesDeps {
  /**
   * Whether contributors may run pipelines with their own code. Only safe where that code does not run as the user of this server, because
   * that user can read the key of an administrator.
   */
  readonly contributorsRunCode: boolean;
}

export interface Roles {
  /** Scopes of a role. Example: those of `viewer` do not have `mlops.write`. */
  scopesOf(role: Role): ReadonlySet<Scope>;
}

/**
 * Scopes of each role; the only place that grants anything. Default-deny: a new scope belongs to no role
 * until it is granted here.
 */
export function createRoles({ contributorsRunCode }: RolesDeps): Roles {
  const granted: Readonly<Record<Role, ReadonlySet<Scope>>> = {
    viewer: new Set(EVERYBODY),
    leader: new Set<Scope>(['platform.read', 'org.read', 'finops.read', 'tradeoff.read', 'account.self']),
    contributor: new Set([...EVERYBODY, ...CONTRIBUTE, ...(contributorsRunCode ? ['mlops.run_code' as const] : [])]),
    finance: new Set<Scope>([...EVERYBODY, 'finops.write', 'platform.apply']),
    operator: new Set([...EVERYBODY, ...OPERATE]),
    admin: new Set<Scope>([...EVERYBODY, ...OPERATE, 'finops.write', 'org.write', 'account.write', 'audit.read']),
  };
  return { scopesOf: (role) => granted[role] };
}

/** Scopes of the token of a pipeline step: read everything, write to its own run (see `WorkGrant`). */
export const workScopes: ReadonlySet<Scope> = new Set<Scope>([...READ, 'mlops.log', 'finops.reserve']);

/** Whether the caller is an administrator. On a server without accounts, `local` (role null) may do everything. */
export function isAdministrator(identity: Pick<Identity, 'role' | 'scopes'>): boolean {
  return identity.role === null || (identity.role === 'admin' && isAllowed(identity, 'account.write'));
}
