import { randomBytes } from 'node:crypto';
import type { Config } from '../config/index.ts';
import type { Scope } from '../contract/schema.ts';
import {
  type Access,
  localAccess,
  type Plugin,
  type Route,
  type WorkGrant,
  type WriteRecorder,
} from '../http/index.ts';
import type { Sql, Store } from '../store/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Clock } from '../units/index.ts';
import { createAccess, type FindVisible } from './access.ts';
import { makeAccount } from './accounts.ts';
import { createAttempts } from './attempts.ts';
import { createCredentialChanges } from './credential-changes.ts';
import { findIdentityOf } from './identity-store.ts';
import { openSignOn, type SignOnConfig } from './open-sign-on.ts';
import { createPasswordCheck } from './password-check.ts';
import { createProofs } from './proofs.ts';
import { createRoles, type RolesDeps } from './roles.ts';
import { createAuthRoutes } from './routes.ts';
import type { Role } from './schema.ts';
import { generatePassword } from './secrets.ts';
import type { SignOnDeps } from './sign-on.ts';
import { findAccount, findAllAccounts } from './store.ts';
import { createStoredAttempts } from './stored-attempts.ts';
import { createVerified } from './verified.ts';
import { createFindVisible, type VisibilityDeps } from './visibility.ts';
import { createWorkTokens } from './work-tokens.ts';

export { authMigrations } from './migrations.ts';
export { isAdministrator } from './roles.ts';

/** Whether there is an account of this name. */
export async function hasAccount(sql: Sql, name: string): Promise<boolean> {
  return (await findAccount(sql, name)) !== null;
}

/**
 * An account as it is now: its role and the scopes of the role. null: there is none, or it is disabled. For work that is done later in the
 * name of an account.
 */
export async function findActiveAccount(
  sql: Sql,
  name: string,
): Promise<{ readonly name: string; readonly role: Role; readonly scopes: ReadonlySet<Scope> } | null> {
  const found = await findAccount(sql, name);
  if (found === null || found.disabledAt !== null) return null;
  if (found.signOn !== null && (await findIdentityOf(sql, name))?.refusedAt !== null) return null;
  return { name, role: found.role, scopes: createRoles({ contributorsRunCode: false }).scopesOf(found.role) };
}

export interface AuthDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly config: Pick<Config, 'accounts' | 'publicUrl' | 'accessReads' | 'lastKnownSeconds' | 'server'> &
    SignOnConfig;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Where sign-ins and wrong passwords are recorded. */
  readonly writes: WriteRecorder;
  readonly contributorsRunCode: RolesDeps['contributorsRunCode'];
  /** Key of commands on this machine; a new one when left out. */
  readonly givenKey?: string | undefined;
  /** Removes the data of other features about a deleted account, in the same transaction. */
  readonly accountDeleted: (sql: Sql, name: string) => Promise<void>;
  readonly setMemberships: SignOnDeps['setMemberships'];
  readonly teamsOf: VisibilityDeps['teamsOf'];
  readonly projectsOf: VisibilityDeps['projectsOf'];
  readonly teamOfWork: VisibilityDeps['teamOfWork'];
}

/** The account that is created at start when there is none. Its password is printed once and not stored in plain text. */
export interface FirstAccount {
  readonly name: string;
  readonly password: string;
}

/** Accounts, tokens, sessions, and the access control that uses them. */
export interface Auth extends AsyncDisposable {
  readonly access: Access;
  /** Data that an account may read, for work that is done later in its name. */
  readonly findVisible: FindVisible;
  readonly routes: readonly Route[];
  readonly plugins: readonly Plugin[];
  /** Secret for commands on this machine; readable with access to the data folder. Null without accounts. */
  readonly localKey: string | null;
  /** Tokens by which steps of pipelines prove themselves. */
  readonly work: {
    /** Lets a step in, until then (Unix milliseconds) or until `end`; null without accounts. */
    issue(name: string, work: WorkGrant, until: number): Promise<string | null>;
    /** Revokes the token of work that has ended. */
    end(work: string): Promise<void>;
  };
  /** Starts to learn of changes on other servers. */
  start(): void;
  /** Creates `admin` with a random password if accounts are on and none exists; null otherwise. */
  ensureFirstAccount(): Promise<FirstAccount | null>;
}

/** Creates the access control. Without accounts every caller is `local`; with accounts every route needs credentials, except scope `open`. */
export function createAuth(deps: AuthDeps): Auth {
  const { store, clock, config, contributorsRunCode, accountDeleted, writes } = deps;
  const on = config.accounts === 'on';
  const maxAgeMs = 1000 * config.lastKnownSeconds;
  const verified = createVerified(clock, maxAgeMs);
  const workTokens = createWorkTokens(store, clock);
  const roles = createRoles({ contributorsRunCode });
  const localKey = deps.givenKey ?? randomBytes(32).toString('base64url');
  const isShared = on && config.server !== undefined;
  const changes = createCredentialChanges({ store, log: deps.log, changed: verified.doubt });
  const forget = () => {
    verified.forget();
    if (isShared) changes.announce();
  };
  const accounts = { store, clock, roles, forget, accountDeleted };
  const signOn = openSignOn({ ...deps, ...accounts });
  const proofs = createProofs({ store, clock, ...signOn });
  const attempts = isShared ? createStoredAttempts(store, clock) : createAttempts(clock);
  const checkPassword = createPasswordCheck({ proofs, verified, attempts, writes });
  const findVisible = createFindVisible(deps);
  const access = createAccess({ proofs, workTokens, roles, verified, checkPassword, findVisible, localKey });
  return {
    access: on ? access : localAccess,
    findVisible,
    routes: [...createAuthRoutes({ ...accounts, writes, access: on ? access : null }), ...signOn.routes],
    plugins: [signOn.plugin],
    localKey: on ? localKey : null,
    work: {
      issue: async (name, work, until) => (on ? workTokens.issue(name, work, until) : null),
      end: async (work) => (on ? workTokens.end(work) : undefined),
    },
    start: () => (isShared ? changes.start() : undefined),
    [Symbol.asyncDispose]: () => changes[Symbol.asyncDispose](),
    async ensureFirstAccount() {
      if (!on || (await findAllAccounts(store)).length > 0) return null;
      const first = { name: 'admin', password: generatePassword() };
      await makeAccount(accounts, { ...first, role: 'admin' }, 'first start');
      return first;
    },
  };
}
