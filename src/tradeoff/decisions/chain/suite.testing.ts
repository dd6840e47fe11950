import { describe, expect, it } from 'vitest';
import type { Migrations, Store } from '../../../platform/store/index.ts';
import type { Place } from '../../../platform/store/suite.testing.ts';
import { decisionMigrations } from '../migrations.ts';
import { allowChanges, madeRecord } from '../record.testing.ts';
import { findDecision, insertDecision } from '../store.ts';
import type { DecisionTables } from '../tables.ts';
import { verifyDecisionChain } from './store.ts';

const rows = (store: Store) => store.tables<DecisionTables>();

async function record(store: Store, ...numbers: number[]): Promise<void> {
  for (const number of numbers) await store.transaction((sql) => insertDecision(sql, madeRecord(number)));
}

/** Contract of the hash chain of the decisions on both engines. */
export function decisionChainSuite(engine: string, newPlace: () => Promise<Place>): void {
  describe(`the chain of the decisions on ${engine}`, () => {
    const open = async () => {
      const store = await (await newPlace()).open();
      await store.migrate(decisionMigrations);
      return store;
    };
    appendTests(open);
    tamperTests(open);
    migrationTests(async () => (await newPlace()).open());
  });
}

function appendTests(open: () => Promise<Store>): void {
  it('is one chain of 50 decisions that are recorded concurrently', async () => {
    await using store = await open();
    await Promise.all(Array.from({ length: 50 }, (_, index) => record(store, index + 1)));
    const found = await verifyDecisionChain(store, null);
    expect(found).toMatchObject({ intact: true, rows: 50, broken: null, brokenDecision: null });
    expect(found.head).toMatch(/^50:[0-9a-f]{64}$/);
  });

  it('refuses changes and removals of rows', async () => {
    await using store = await open();
    await record(store, 1);
    const changed = rows(store).updateTable('decision').set({ verdict: 'reject' }).execute();
    await expect(changed).rejects.toThrow('append-only');
    await expect(rows(store).deleteFrom('decision').execute()).rejects.toThrow('append-only');
    expect((await findDecision(store, madeRecord(1).decision))?.record.verdict).toBe('promote');
  });
}

type Tampering = (store: Store) => Promise<unknown>;

const ofRow = (position: number) => (store: Store) =>
  rows(store).updateTable('decision').where('position', '=', position);
const removal = (position: number) => (store: Store) =>
  rows(store).deleteFrom('decision').where('position', '>=', position);

const TAMPERED: readonly [string, Tampering, { seq: number; why: string }, number | null][] = [
  [
    'an altered document',
    (store) =>
      ofRow(3)(store)
        .set({ document: JSON.stringify(madeRecord(3, { actor: 'eve' })) })
        .execute(),
    { seq: 3, why: 'row changed' },
    3,
  ],
  [
    'a column that differs from its document',
    (store) => ofRow(2)(store).set({ verdict: 'reject' }).execute(),
    { seq: 2, why: 'row changed' },
    2,
  ],
  [
    'a removed row',
    (store) => rows(store).deleteFrom('decision').where('position', '=', 3).execute(),
    { seq: 3, why: 'row missing' },
    null,
  ],
  [
    'a removed row whose successors were numbered again',
    async (store) => {
      await rows(store).deleteFrom('decision').where('position', '=', 2).execute();
      for (const position of [3, 4, 5])
        await ofRow(position)(store)
          .set({ position: position - 1 })
          .execute();
    },
    { seq: 2, why: 'row missing' },
    3,
  ],
  [
    'two rows in exchanged order',
    async (store) => {
      await ofRow(2)(store).set({ position: 99 }).execute();
      await ofRow(4)(store).set({ position: 2 }).execute();
      await ofRow(99)(store).set({ position: 4 }).execute();
    },
    { seq: 2, why: 'row moved' },
    4,
  ],
  ['a removed end', (store) => removal(4)(store).execute(), { seq: 4, why: 'end cut off' }, null],
];

function tamperTests(open: () => Promise<Store>): void {
  it.each(TAMPERED)('names the first broken row of %s', async (_name, tamper, broken, decision) => {
    await using store = await open();
    await record(store, 1, 2, 3, 4, 5);
    const { head } = await verifyDecisionChain(store, null);
    expect(await verifyDecisionChain(store, head)).toMatchObject({ intact: true, rows: 5 });
    await allowChanges(store);
    await tamper(store);
    const brokenDecision = decision === null ? null : madeRecord(decision).decision;
    expect(await verifyDecisionChain(store, null)).toMatchObject({ intact: false, broken, brokenDecision });
  });

  it('finds a removed end with a rewritten head by the head of an earlier verification', async () => {
    await using store = await open();
    await record(store, 1, 2);
    const before = await verifyDecisionChain(store, null);
    await record(store, 3);
    const { head } = await verifyDecisionChain(store, null);
    await allowChanges(store);
    await removal(3)(store).execute();
    const [seq, hash = ''] = before.head.split(':');
    await rows(store)
      .updateTable('decision_head')
      .set({ seq: Number(seq), hash })
      .execute();
    expect(await verifyDecisionChain(store, null)).toMatchObject({ intact: true, rows: 2 });
    const broken = { seq: 3, why: 'head not in the trail' };
    expect(await verifyDecisionChain(store, head)).toMatchObject({ intact: false, broken });
  });
}

function migrationTests(open: () => Promise<Store>): void {
  it('chains the decisions of an older store, and goes on from there', async () => {
    await using store = await open();
    const older = ([name]: [string, unknown]) => !/00[45]/.test(name);
    const before: Migrations = Object.fromEntries(Object.entries(decisionMigrations).filter(older));
    await store.migrate(before);
    for (const number of [1, 2, 3]) {
      const { decision: id, at, model, version, policy, verdict, ...rest } = madeRecord(number);
      const document = JSON.stringify({ decision: id, at, model, version, policy, verdict, ...rest });
      const old = store.tables<{
        decision: Record<'id' | 'at' | 'model' | 'version' | 'policy' | 'verdict' | 'document', string>;
      }>();
      await old.insertInto('decision').values({ id, at, model, version, policy, verdict, document }).execute();
    }
    await store.migrate(decisionMigrations);
    expect(await verifyDecisionChain(store, null)).toMatchObject({ intact: true, rows: 3 });
    await record(store, 4);
    expect(await verifyDecisionChain(store, null)).toMatchObject({ intact: true, rows: 4 });
    const basis = await rows(store).selectFrom('decision_basis').selectAll().where('sequence', '=', 1).execute();
    expect(basis.map(({ kind, name }) => `${kind} ${name}`).toSorted()).toEqual([
      'bill d_00000000000000000001',
      'priceBook own@2',
      'run run-1',
    ]);
  });
}
