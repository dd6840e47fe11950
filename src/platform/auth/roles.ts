import type { Scope } from '../contract/schema.ts';
import type { Identity } from '../http/index.ts';
import type { Role } from './schema.ts';

const READ: readonly Scope[] = [
  'platform.read',
  'org.read',
  'finops.read',
  'mlops.read',
  'tradeoff.read',
  'account.self',
];

/**
 * What each role may do; the only place that grants anything. What is not here is refused: a new scope belongs to nobody
 * until a role is given it.
 */
const granted: Readonly<Record<Role, ReadonlySet<Scope>>> = {
  viewer: new Set(READ),
  contributor: new Set<Scope>([...READ, 'mlops.write', 'serving.predict', 'tradeoff.write', 'finops.reserve']),
  finance: new Set<Scope>([...READ, 'finops.write', 'platform.apply']),
  operator: new Set<Scope>([
    ...READ,
    'mlops.write',
    'mlops.delete',
    'serving.predict',
    'tradeoff.write',
    'finops.reserve',
    'platform.apply',
    'platform.write',
  ]),
  admin: new Set<Scope>([
    ...READ,
    'finops.write',
    'finops.reserve',
    'mlops.write',
    'mlops.delete',
    'serving.predict',
    'tradeoff.write',
    'platform.apply',
    'platform.write',
    'account.write',
    'audit.read',
  ]),
};

/**
 * Whether a role may call a route of this scope. `null` is an address that no route has: any account may learn that.
 * Example: `allows('viewer', 'mlops.write')` is false.
 */
export function allows(role: Role, scope: Scope | null): boolean {
  return scope === null || scope === 'open' || granted[role].has(scope);
}

/** Whether it is an administrator who asks. On a server without accounts, `local` (role null) may do everything. */
export function administers({ role }: Identity): boolean {
  return role === null || role === 'admin';
}
