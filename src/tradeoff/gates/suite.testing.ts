import { describe, expect, it, onTestFinished } from 'vitest';
import { registryMigrations } from '../../mlops/registry/index.ts';
import type { Store } from '../../platform/store/index.ts';
import { findApprovals, findKnownChampion, keepKnownChampion, putApproval, removeApproval } from './approval-store.ts';
import { type LookKey, spendLook } from './look-store.ts';
import { gateMigrations } from './migrations.ts';
import { policySuite } from './policy-suite.testing.ts';

const AT = '2026-11-10T12:00:00.000Z';

/** The same behaviour of policies, looks and approvals on both stores, also with concurrent gates. */
export function gateStoreSuite(name: string, openEmpty: () => Promise<Store>): void {
  async function open(): Promise<Store> {
    const store = await openEmpty();
    onTestFinished(() => store[Symbol.asyncDispose]());
    await store.migrate({ ...registryMigrations, ...gateMigrations });
    return store;
  }

  const KEY: LookKey = { policy: 'p', policyVersion: 1, model: 'm', candidate: 'run:a', champion: 'run:b' };
  const spend = (
    store: Store,
    evidenceSha256: string,
    { most = 3, key = KEY }: { most?: number | null; key?: LookKey } = {},
  ) => store.transaction((sql) => spendLook(sql, { key, most, evidenceSha256, examples: { accuracy: 10 }, at: AT }));

  policySuite(name, open, openEmpty);

  describe(`looks on ${name}`, () => {
    it('number different outcomes, and give the same outcomes their number again', async () => {
      const store = await open();
      expect(await spend(store, 'a')).toEqual({ number: 1, spentAt: AT, previous: [] });
      expect(await spend(store, 'b')).toMatchObject({ number: 2, previous: [{ accuracy: 10 }] });
      expect(await spend(store, 'a')).toEqual({ number: 1, spentAt: AT, previous: [] });
      expect(await spend(store, 'a', { key: { ...KEY, policyVersion: 2 } })).toMatchObject({ number: 1 });
    });

    it('of several gates at once are spent once each, and no more than the policy states', async () => {
      const store = await open();
      const outcomes = ['a', 'b', 'c', 'd', 'e', 'a', 'b', 'c'];
      const numbers = (await Promise.all(outcomes.map((one) => spend(store, one)))).map(({ number }) => number);
      const spent = numbers.filter((number) => number !== null);
      expect([...new Set(spent)].toSorted()).toEqual([1, 2, 3]);
      for (const [at, one] of outcomes.entries()) expect(numbers[at]).toBe(numbers[outcomes.indexOf(one)]);
    });

    it('of any number have no end', async () => {
      const store = await open();
      const numbers = [];
      for (const one of ['a', 'b', 'c', 'd', 'e']) numbers.push((await spend(store, one, { most: null })).number);
      expect(numbers).toEqual([1, 2, 3, 4, 5]);
    });
  });

  it(`approvals on ${name} count once for each account and version`, async () => {
    const store = await open();
    const key = { policy: 'p', policyVersion: 1, model: 'm', version: '1' };
    const approve = (account: string, version = '1') =>
      store.transaction((sql) => putApproval(sql, { ...key, version }, { account, role: 'finance', at: AT }));
    await Promise.all([approve('eve'), approve('eve'), approve('bob'), approve('eve', '2')]);
    expect((await findApprovals(store, key)).map(({ account }) => account)).toEqual(['bob', 'eve']);
  });

  it(`an approval on ${name} is replaced by a refusal of the same account, kept with its note, and withdrawn`, async () => {
    const store = await open();
    const key = { policy: 'p', policyVersion: 1, model: 'm', version: '1' };
    const approval = { account: 'eve', role: 'finance', at: AT };
    await store.transaction((sql) => putApproval(sql, key, approval));
    await store.transaction((sql) => putApproval(sql, key, { ...approval, at: '2026-11-11T12:00:00.000Z' }));
    expect(await findApprovals(store, key)).toEqual([approval]);
    const declined = { ...approval, note: 'too early', declined: true as const };
    await store.transaction((sql) => putApproval(sql, key, declined));
    expect(await findApprovals(store, key)).toEqual([declined]);
    await store.transaction((sql) => removeApproval(sql, key, 'eve'));
    expect(await findApprovals(store, key)).toEqual([]);
  });

  it(`the champion that gates saw on ${name} is the last one`, async () => {
    const store = await open();
    expect(await findKnownChampion(store, 'm', 'champion')).toBeNull();
    for (const version of ['1', '2']) {
      await store.transaction((sql) => keepKnownChampion(sql, 'm', 'champion', version));
    }
    expect(await findKnownChampion(store, 'm', 'champion')).toBe('2');
  });
}
