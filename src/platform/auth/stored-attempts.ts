import { createHash } from 'node:crypto';
import { sql as raw } from 'kysely';
import type { Sql, Store } from '../store/index.ts';
import type { Clock } from '../units/index.ts';
import {
  type Attempts,
  computeDelay,
  computeWait,
  createTooManyAttempts,
  FORGET_MS,
  FREE_FAILURES,
  FREE_OF_ACCOUNT,
  FREE_OF_ADDRESS,
  LONGEST_WAIT_MS,
  TRUSTED_MS,
} from './attempts.ts';

type Kind = 'pair' | 'account' | 'address' | 'trusted';

interface AttemptTables {
  /** Failures by a hash of account or address, so that names and addresses are not stored. `trusted`: the last success. */
  sign_in_attempt: { kind: Kind; hash: string; failures: number; last_at: number };
}

const PURGE_EVERY_MS = 60_000;

/** The same limits over all servers of a store. A count rises in one statement, so that concurrent guesses on several servers are all counted. */
export function createStoredAttempts(store: Store, clock: Clock): Attempts {
  let purgedAt = Number.NEGATIVE_INFINITY;
  return {
    async begin({ address, account }) {
      const now = clock.now();
      const keys = { pair: hashKey(address, account), account: hashKey(account), address: hashKey(address) };
      const isDue = now - purgedAt >= PURGE_EVERY_MS;
      if (isDue) purgedAt = now;
      const counted = await store.append(async (sql) => {
        if (isDue) await purge(sql, now);
        const ofPair = await addFailure(sql, { kind: 'pair', hash: keys.pair, now }, isWaitOver(now));
        if (ofPair === null) return findWait(sql, keys.pair, now);
        const ofAccount = await addFailure(sql, { kind: 'account', hash: keys.account, now });
        const ofAddress = await addFailure(sql, { kind: 'address', hash: keys.address, now });
        return { ofAccount, ofAddress, isTrusted: await isTrusted(sql, keys.pair, now) };
      });
      if (typeof counted === 'number') throw createTooManyAttempts(Math.max(1, Math.ceil(counted / 1000)));
      const delays = [
        computeDelay(counted.ofAccount ?? 0, FREE_OF_ACCOUNT),
        computeDelay(counted.ofAddress ?? 0, FREE_OF_ADDRESS),
      ];
      const takeBack = async (sql: Sql) => {
        for (const kind of ['pair', 'account', 'address'] as const) await removeFailure(sql, kind, keys[kind]);
      };
      return {
        delayMs: counted.isTrusted ? 0 : Math.max(...delays),
        withdraw: () => store.append(takeBack),
        succeed: () =>
          store.append(async (sql) => {
            await takeBack(sql);
            await forget(sql, keys.pair);
            await addFailure(sql, { kind: 'trusted', hash: keys.pair, now: clock.now() });
          }),
      };
    },
  };
}

function hashKey(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

const table = (sql: Sql) => sql.tables<AttemptTables>();

/** Whether a pair has waited long enough for its next attempt, or its failures are forgotten. */
function isWaitOver(now: number) {
  const [at, longest] = [raw.lit(now), raw.lit(LONGEST_WAIT_MS)];
  const failures = raw.ref('sign_in_attempt.failures');
  // A second, doubled with each failure beyond the free ones; ten doublings are more than the longest wait.
  const wait = raw`case when ${failures} < ${raw.lit(FREE_FAILURES)} then 0
    when ${failures} >= ${raw.lit(FREE_FAILURES + 9)} then ${longest}
    else 1000 * (1 << (${failures} - ${raw.lit(FREE_FAILURES)})) end`;
  const last = raw.ref('sign_in_attempt.last_at');
  return raw<boolean>`(${last} < ${raw.lit(now - FORGET_MS)} or ${last} + ${wait} <= ${at})`;
}

/** Counts a failure and answers their number with this one; null: `condition` on the earlier ones does not hold. */
async function addFailure(
  sql: Sql,
  { kind, hash, now }: { readonly kind: Kind; readonly hash: string; readonly now: number },
  condition?: ReturnType<typeof isWaitOver>,
): Promise<number | null> {
  const isOld = raw`${raw.ref('sign_in_attempt.last_at')} < ${raw.lit(now - FORGET_MS)}`;
  const failures = raw<number>`case when ${isOld} then 1 else ${raw.ref('sign_in_attempt.failures')} + 1 end`;
  const row = await table(sql)
    .insertInto('sign_in_attempt')
    .values({ kind, hash, failures: 1, last_at: now })
    .onConflict((of) => {
      const update = of.columns(['kind', 'hash']).doUpdateSet({ failures, last_at: now });
      return condition === undefined ? update : update.where(condition);
    })
    .returning('failures')
    .executeTakeFirst();
  return row?.failures ?? null;
}

/** Time until a pair may send its next attempt, in milliseconds. */
async function findWait(sql: Sql, hash: string, now: number): Promise<number> {
  const row = await find(sql, 'pair', hash);
  return row === undefined ? 0 : row.last_at + computeWait(row.failures) - now;
}

async function isTrusted(sql: Sql, hash: string, now: number): Promise<boolean> {
  const row = await find(sql, 'trusted', hash);
  return row !== undefined && now - row.last_at < TRUSTED_MS;
}

function find(sql: Sql, kind: Kind, hash: string) {
  return table(sql)
    .selectFrom('sign_in_attempt')
    .select(['failures', 'last_at'])
    .where('kind', '=', kind)
    .where('hash', '=', hash)
    .executeTakeFirst();
}

async function removeFailure(sql: Sql, kind: Kind, hash: string): Promise<void> {
  await table(sql)
    .updateTable('sign_in_attempt')
    .set({ failures: raw<number>`${raw.ref('failures')} - 1` })
    .where('kind', '=', kind)
    .where('hash', '=', hash)
    .where('failures', '>', 0)
    .execute();
}

async function forget(sql: Sql, hash: string): Promise<void> {
  await table(sql).deleteFrom('sign_in_attempt').where('kind', '=', 'pair').where('hash', '=', hash).execute();
}

async function purge(sql: Sql, now: number): Promise<void> {
  for (const [isKept, ageMs] of [
    [false, FORGET_MS],
    [true, TRUSTED_MS],
  ] as const) {
    await table(sql)
      .deleteFrom('sign_in_attempt')
      .where('kind', isKept ? '=' : '!=', 'trusted')
      .where('last_at', '<', now - ageMs)
      .execute();
  }
}
