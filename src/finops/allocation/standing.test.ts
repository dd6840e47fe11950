import { describe, expect, it } from 'vitest';
import { runPrepared, type Sql } from '../../platform/store/index.ts';
import { type ApplyDeps, prepareRules } from './apply-rules.ts';
import { createDeriver } from './deriver.ts';
import { deliver, openRoom } from './room.testing.ts';
import { AllocationRulesSpec } from './rules/schema.ts';
import { findLastDerivations, findRulesInForce, insertRules } from './store.ts';
import { allocatedDaily, allocations } from './tables.ts';

const row = (BilledCost: string, period: string) => ({
  BilledCost,
  BillingCurrency: 'USD',
  ChargePeriodStart: `${period}-02 00:00:00`,
});
const rules = (team: string) =>
  AllocationRulesSpec.parse({ rules: [{ name: 'all', match: { billingCurrency: 'USD' }, subject: { team } }] });

async function byTeam({ lake, store }: ApplyDeps): Promise<Record<string, string>> {
  const daily = await lake.relation(store, allocatedDaily);
  const rows = await lake.query(
    `SELECT coalesce(team, 'nobody') AS team, sum(BilledCost)::DECIMAL(18,2)::VARCHAR AS cost FROM ${daily} GROUP BY 1 ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ team, cost }) => [String(team), String(cost)]));
}

type Room = Awaited<ReturnType<typeof openRoom>>;

interface Prepared<T> {
  apply(sql: Sql): Promise<T>;
  refresh?(): Promise<void>;
}

/** Stores prepared work, and counts repeated preparations and statements of the engine inside transactions. */
async function put<T>({ deps: { store, lake } }: Room, prepared: Prepared<T>) {
  const seen = { refreshed: 0, lakeWorkInside: 0 };
  let isInside = false;
  const { session } = lake;
  lake.session = (work) => {
    if (isInside) seen.lakeWorkInside += 1;
    return session.call(lake, work) as never;
  };
  const outcome = await runPrepared(
    store,
    async (sql) => {
      isInside = true;
      return prepared.apply(sql).finally(() => {
        isInside = false;
      });
    },
    async () => {
      seen.refreshed += 1;
      await prepared.refresh?.();
    },
  );
  lake.session = session;
  return { outcome, ...seen };
}

describe('an allocation that was prepared while the world went on', () => {
  it('is derived again only where it is outdated, however often bills come between', async () => {
    await using room = await openRoom();
    const { store, lake } = room.deps;
    for (const period of ['2026-08', '2026-09']) await deliver(room.deps, period, [row('1', period)]);
    const prepared = await prepareRules(room.deps, 'rules', rules('a'));
    const bills = ['2', '4', '8'];
    const refresh = async () => {
      await prepared.refresh?.();
      const next = bills.shift();
      if (next !== undefined) await deliver(room.deps, '2026-09', [row(next, '2026-09')]);
    };
    await deliver(room.deps, '2026-10', [row('16', '2026-10')]);
    await runPrepared(store, (sql) => prepared.apply(sql), refresh);
    expect(await byTeam(room.deps)).toEqual({ a: '25.00' });
    expect(await lake.partitions(store, allocatedDaily)).toHaveLength(3);
    expect(await lake.removeOrphans(store)).toBe(0);
  });

  it('is given up after ten tries, and leaves nothing behind', async () => {
    await using room = await openRoom();
    const { store, lake } = room.deps;
    const prepared = await prepareRules(room.deps, 'rules', rules('a'));
    const deliverNext = async () => void (await deliver(room.deps, '2026-10', [row('1', '2026-10')]));
    await deliverNext();
    const trying = runPrepared(
      store,
      (sql) => prepared.apply(sql),
      async () => {
        await prepared.refresh?.();
        await deliverNext();
      },
    );
    await expect(trying).rejects.toMatchObject({ code: 'prepared_outdated' });
    await prepared.discard();
    expect(await lake.files(store, allocations)).toEqual([]);
    expect(await lake.removeOrphans(store)).toBe(0);
  });

  it('is made anew when a bill came between', async () => {
    await using room = await openRoom();
    await deliver(room.deps, '2026-09', [row('1', '2026-09')]);
    const prepared = await prepareRules(room.deps, 'rules', rules('a'));
    await deliver(room.deps, '2026-10', [row('2', '2026-10')]);
    await deliver(room.deps, '2026-09', [row('4', '2026-09')]);
    expect(await put(room, prepared)).toEqual({ outcome: 'created', refreshed: 1, lakeWorkInside: 0 });
    expect(await byTeam(room.deps)).toEqual({ a: '6.00' });
    expect((await findLastDerivations(room.deps.store)).map(({ period }) => period)).toEqual(['2026-09', '2026-10']);
  });

  it('is made anew when other rules were applied between', async () => {
    await using room = await openRoom();
    await deliver(room.deps, '2026-10', [row('2', '2026-10')]);
    const slow = await prepareRules(room.deps, 'rules', rules('slow'));
    const quick = await prepareRules(room.deps, 'rules', rules('quick'));
    expect(await put(room, quick)).toMatchObject({ outcome: 'created', refreshed: 0 });
    expect(await put(room, slow)).toEqual({ outcome: 'changed', refreshed: 1, lakeWorkInside: 0 });
    expect((await findRulesInForce(room.deps.store)).version).toBe(2);
    expect(await byTeam(room.deps)).toEqual({ slow: '2.00' });
  });

  it('leaves nothing behind when it is discarded, or when its transaction is undone', async () => {
    await using room = await openRoom();
    await deliver(room.deps, '2026-10', [row('2', '2026-10')]);
    const prepared = await prepareRules(room.deps, 'rules', rules('a'));
    const undone = room.deps.store.transaction(async (sql) => {
      await prepared.apply(sql);
      throw new Error('another document was wrong');
    });
    await expect(undone).rejects.toThrow('another document was wrong');
    await prepared.discard();
    expect((await findRulesInForce(room.deps.store)).version).toBe(0);
    expect(await room.deps.lake.files(room.deps.store, allocations)).toEqual([]);
    expect(await room.deps.lake.removeOrphans(room.deps.store)).toBe(0);
  });

  it('touches no other unit under direct rules, and every unit of the period once there are pools', async () => {
    await using room = await openRoom();
    const { store, lake } = room.deps;
    const pool = AllocationRulesSpec.parse({
      rules: [
        {
          name: 'all',
          match: { billingCurrency: 'USD' },
          split: { method: 'even', to: [{ team: 'a' }, { team: 'b' }] },
        },
      ],
    });
    const first = await deliver(room.deps, '2026-10', [row('2', '2026-10')], 'aws');
    const second = await deliver(room.deps, '2026-10', [row('4', '2026-10')], 'azure');
    const idsOf = async () =>
      new Map((await lake.files(store, allocatedDaily)).map(({ id, partition }) => [partition, id]));
    const deliverAgain = async () => {
      const derivation = await createDeriver(room.deps).derive(store, { remove: [second.partition], add: [second] });
      await store.transaction((sql) => derivation.swapIn(sql));
    };
    for (const [spec, isKept] of [
      [rules('direct'), true],
      [pool, false],
    ] as const) {
      const prepared = await prepareRules(room.deps, 'rules', spec);
      await store.transaction((sql) => prepared.apply(sql));
      const before = await idsOf();
      await deliverAgain();
      const after = await idsOf();
      expect(after.get(first.partition) === before.get(first.partition)).toBe(isKept);
      expect(after.get(second.partition)).not.toBe(before.get(second.partition));
    }
    expect(await byTeam(room.deps)).toEqual({ a: '3.00', b: '3.00' });
  });

  it('goes in with the delivery it was derived for, by the rules of that moment', async () => {
    await using room = await openRoom();
    const { store, lake } = room.deps;
    const file = await deliver(room.deps, '2026-10', [row('2', '2026-10')]);
    const change = { remove: [file.partition], add: [file] };
    const derivation = await createDeriver(room.deps).derive(store, change);
    await insertRules(store, 1, 'rules', rules('late'), '2026-11-15T00:00:00.000Z');
    const prepared = { ...derivation, apply: (sql: Sql) => derivation.swapIn(sql) };
    expect(await put(room, prepared)).toMatchObject({ refreshed: 1, lakeWorkInside: 0 });
    expect(await byTeam(room.deps)).toEqual({ late: '2.00' });
    expect((await lake.files(store, allocations)).length).toBe(1);
  });
});
