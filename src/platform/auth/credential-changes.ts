import { sql as raw } from 'kysely';
import { createLoop } from '../loop/index.ts';
import { isStoreAway, type Sql, type Store } from '../store/index.ts';

interface ChangeTables {
  credential_change: { id: number; number: number };
}

interface ChangeDeps {
  readonly store: Store;
  readonly log: { warn(facts: object, text: string): void };
  /** Called after another server has changed accounts, tokens or sessions. */
  readonly changed: () => void;
}

/** Tells the other servers of a store that credentials have changed, and learns it from them. */
export interface CredentialChanges extends AsyncDisposable {
  announce(): void;
  start(): void;
}

/** A change on one server is known to the others after this time. */
const LOOK_MS = 1_000;

export function createCredentialChanges({ store, log, changed }: ChangeDeps): CredentialChanges {
  let known: number | null = null;
  const failed = (error: unknown) => {
    if (!isStoreAway(error)) log.warn({ err: error }, 'changes of credentials could not be shared, will retry');
  };
  const loop = createLoop({
    longestRestMs: LOOK_MS,
    failed,
    look: async () => {
      const number = await readNumber(store);
      if (known !== null && number !== known) changed();
      known = number;
      return LOOK_MS;
    },
  });
  return {
    announce: () => void store.append(countChange).catch(failed),
    start: () => loop.start(),
    [Symbol.asyncDispose]: () => loop.stop(),
  };
}

async function readNumber(sql: Sql): Promise<number> {
  const row = await sql.tables<ChangeTables>().selectFrom('credential_change').select('number').executeTakeFirst();
  return row?.number ?? 0;
}

async function countChange(sql: Sql): Promise<void> {
  await sql
    .tables<ChangeTables>()
    .insertInto('credential_change')
    .values({ id: 1, number: 1 })
    .onConflict((of) =>
      of.column('id').doUpdateSet({ number: raw<number>`${raw.ref('credential_change.number')} + 1` }),
    )
    .execute();
}
