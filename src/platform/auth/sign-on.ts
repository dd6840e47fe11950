import { AppError } from '../errors/index.ts';
import type { WriteRecorder } from '../http/index.ts';
import type { Sql, Store } from '../store/index.ts';
import type { Log } from '../telemetry/index.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../units/durations.ts';
import type { Clock } from '../units/index.ts';
import { SESSION_MS } from './accounts.ts';
import { chooseAccountName, findMail, type Grants, type Membership } from './claims.ts';
import type { Confirmed, IdentityProvider } from './identity-provider.ts';
import {
  claimCheck,
  dropRefreshToken,
  findIdentity,
  findIdentityOf,
  putIdentity,
  type StoredIdentity,
} from './identity-store.ts';
import type { Role } from './schema.ts';
import type { Sealed } from './sealed.ts';
import { deleteAccountSessions, findAccount, insertAccount, type StoredAccount, updateAccount } from './store.ts';

export interface SignOnDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly writes: WriteRecorder;
  readonly sealed: Sealed;
  readonly grants: Grants;
  /** null: no single sign-on on this server; accounts of earlier sign-ins may exist. */
  readonly provider: { readonly issuer: string; readonly client: IdentityProvider } | null;
  readonly recheckMinutes: number;
  readonly tokenDays: number;
  /** Names of password accounts, which no person gets by signing on. */
  readonly reservedNames: ReadonlySet<string>;
  /** Clears the cache of verified credentials. */
  readonly forget: () => void;
  /** Makes the memberships of an account that come from groups exactly these, in the same transaction. */
  readonly setMemberships: (sql: Sql, account: string, teams: readonly Membership[], at: string) => Promise<void>;
}

export interface SignedOn {
  readonly name: string;
  readonly role: Role;
  /** Length of a session in a browser. */
  readonly sessionMs: number;
}

/** Accounts of people who sign on at the identity provider. */
export interface SignOn {
  /**
   * Creates the account of a confirmed person, or updates its role and memberships. An account is found by issuer and subject only.
   * Errors: `sign_on_not_permitted`, `sign_on_account_taken`, `sign_on_failed`.
   */
  accept(confirmed: Confirmed): Promise<SignedOn>;
  /**
   * The account with its role of now, for a session or token; null: the provider does not confirm the person any more. Asks the provider when
   * the last check is too long ago. An account without an identity is returned as it is.
   */
  admit(account: StoredAccount, credential: 'session' | 'token'): Promise<StoredAccount | null>;
}

/** After a check without an answer. */
const RETRY_MS = MINUTE_MS;
/** A session that cannot be checked again, because the provider gave no refresh token. */
const UNCHECKED_SESSION_MS = HOUR_MS;

export function createSignOn(deps: SignOnDeps): SignOn {
  const { store, clock, log, provider, sealed } = deps;

  async function accept(confirmed: Confirmed): Promise<SignedOn> {
    const token = confirmed.refreshToken;
    const refreshToken = token === null ? null : await sealed.seal(token, purposeOf(confirmed));
    const applied = await store.transaction((sql) => apply(deps, sql, { ...confirmed, refreshToken }));
    deps.forget();
    await recordChange(deps, applied);
    if (applied.role === null) throw createNotPermitted();
    return {
      name: applied.account,
      role: applied.role,
      sessionMs: refreshToken === null ? UNCHECKED_SESSION_MS : SESSION_MS,
    };
  }

  /** The provider answers, answers no more, or is away: then the credentials stay valid until they end. */
  async function recheck(identity: StoredIdentity, client: IdentityProvider): Promise<void> {
    const { account, issuer, subject } = identity;
    try {
      const token = await sealed.open(identity.refreshToken ?? '', purposeOf(identity));
      const confirmed = token === null ? null : await client.refresh(token, subject);
      if (confirmed !== null && confirmed.issuer === issuer) return void (await accept(confirmed));
      log.info({ account }, 'the identity provider ended the sign-on of an account; its sessions end');
      await store.transaction(async (sql) => {
        await dropRefreshToken(sql, account);
        await deleteAccountSessions(sql, account);
      });
      deps.forget();
    } catch (error) {
      if (error instanceof AppError && error.code === 'sign_on_not_permitted') return;
      // Not the error itself: its cause can hold tokens.
      const why = error instanceof Error ? error.message : String(error);
      log.warn({ account, why }, 'the groups of an account could not be checked; the next check is in a minute');
    }
  }

  return {
    accept,
    async admit(account, credential) {
      const identity = account.signOn === null ? null : await findIdentityOf(store, account.name);
      if (identity === null) return account;
      const now = clock.now();
      if (!isUsable(identity, credential, now - deps.tokenDays * DAY_MS)) return null;
      const isDue =
        provider?.issuer === identity.issuer && identity.refreshToken !== null && now >= identity.checkAfterMs;
      if (!isDue || !(await claimCheck(store, identity, now + RETRY_MS))) return account;
      await recheck(identity, provider.client);
      const after = await findIdentityOf(store, account.name);
      const isEnded = after === null || (credential === 'session' && after.refreshToken === null);
      return isEnded || after.refusedAt !== null ? null : findAccount(store, account.name);
    },
  };
}

function isUsable(identity: StoredIdentity, credential: 'session' | 'token', confirmedSinceMs: number): boolean {
  if (identity.refusedAt !== null) return false;
  return credential === 'session' || Date.parse(identity.confirmedAt) > confirmedSinceMs;
}

const purposeOf = ({ issuer, subject }: { issuer: string; subject: string }): string => `refresh ${issuer} ${subject}`;

interface Applied {
  readonly account: string;
  /** null: no group has a role. */
  readonly role: Role | null;
  /** null: the account is new. */
  readonly before: Role | null;
}

async function apply(deps: SignOnDeps, sql: Sql, confirmed: Confirmed): Promise<Applied> {
  const { issuer, subject, claims, refreshToken } = confirmed;
  const { role, teams } = deps.grants.grant(claims);
  const now = deps.clock.now();
  const at = new Date(now).toISOString();
  const known = await findIdentity(sql, issuer, subject);
  const before = known === null ? null : await findAccount(sql, known.account);
  // A person without a role gets no account; one that has an account loses its sessions and memberships.
  if (known === null && role === null) throw createNotPermitted();
  const account = known?.account ?? (await insertSignOnAccount(deps, sql, { confirmed, role: role ?? 'viewer', at }));
  await putIdentity(sql, {
    ...{ issuer, subject, account, mail: findMail(claims), refreshToken },
    confirmedAt: at,
    checkAfterMs: now + deps.recheckMinutes * MINUTE_MS,
    refusedAt: role === null ? at : null,
  });
  if (before !== null && role !== null && role !== before.role) {
    await updateAccount(sql, account, { role, password: before.password, disabledAt: before.disabledAt });
  }
  if (role === null) await deleteAccountSessions(sql, account);
  await deps.setMemberships(sql, account, teams, at);
  if (before !== null && before.disabledAt !== null) {
    throw new AppError('sign_on_not_permitted', `An administrator disabled the account "${account}".`);
  }
  return { account, role, before: before?.role ?? null };
}

/** Error: `sign_on_account_taken`. */
async function insertSignOnAccount(
  { reservedNames }: SignOnDeps,
  sql: Sql,
  { confirmed, role, at }: { readonly confirmed: Confirmed; readonly role: Role; readonly at: string },
): Promise<string> {
  const name = chooseAccountName(confirmed.claims, confirmed.subject);
  if (reservedNames.has(name) || (await findAccount(sql, name)) !== null) {
    const detail = `The account "${name}" exists and belongs to another identity. An administrator can delete it (steelyard account delete ${name}); then sign in again.`;
    throw new AppError('sign_on_account_taken', detail, { account: name });
  }
  await insertAccount(sql, { name, role, password: null, createdAt: at, createdBy: 'sign-on' });
  return name;
}

function createNotPermitted(): AppError {
  const detail =
    'None of your groups has a role on this server. Ask an administrator for a group that is mapped in oidcRoles.';
  return new AppError('sign_on_not_permitted', detail);
}

/** A new account, another role and a lost one are rows of the audit trail. */
async function recordChange({ writes }: SignOnDeps, { account, role, before }: Applied): Promise<void> {
  if (role === before) return;
  await writes.record({
    actor: { name: 'sign-on', role: null },
    method: 'PUT',
    route: 'sign-on',
    scope: 'account.write',
    subject: { account, role: role ?? 'none', ...(before === null ? {} : { roleBefore: before }) },
    bodyDigest: null,
    status: 200,
    requestId: '',
    counted: false,
  });
}
