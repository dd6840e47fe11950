import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importBill } from '../../../src/finops/billing/schema.ts';
import { postApply } from '../../../src/platform/manifests/schema.ts';
import { MINUTE_MS } from '../../../src/platform/units/durations.ts';
import { decimal } from '../../../src/platform/units/index.ts';
import { isDeep } from '../../../src/testing/deep.ts';
import { getDecision, listDecisions } from '../../../src/tradeoff/decisions/schema.ts';
import { checkGate } from '../../../src/tradeoff/gates/schema.ts';
import { billingMonths } from '../bill/calendar.ts';
import { restatedEdition } from '../bill/first-edition.ts';
import type { BillRow } from '../bill/focus-columns.ts';
import { billRows, writeBillMonth } from '../bill/write-bill.ts';
import { applyConfig } from './apply-config.ts';
import { uploadAll } from './bills.ts';
import { decideOnModels } from './decide.ts';
import { MODEL } from './register.ts';
import { type DemoServer, replayAll, startDemoServer } from './server.testing.ts';
import type { DemoVerdict } from './weigh.ts';

const folder = mkdtempSync(join(tmpdir(), 'steelyard-demo-bill-'));
const SEED = 1;
/** A small part of the demo's data and measurement: the decisions are of the same kind, not the same ones. */
const SMALL = {
  ratings: { userCount: 300, itemCount: 240, tasteCount: 24 },
  measure: { repetitions: 5, secondsPerRepetition: 0.02, warmUpSeconds: 0.02 },
};
const RETRAINED = new URL('../production/documents/policy.yaml', import.meta.url);

let server: DemoServer;
let verdicts: readonly DemoVerdict[];

/** Imports the newest month of the AWS accounts of the team, as the demo's bill has it, or restated. */
async function deliver(
  { client, settle }: DemoServer,
  seed: number,
  edition: (rows: Iterable<BillRow>) => Iterable<BillRow> = (rows) => rows,
): Promise<string> {
  const month = billingMonths(new Date()).at(-1);
  if (month === undefined) throw new Error('there is no billing month');
  const rows = billRows('aws', seed, month).filter(({ SubAccountName }) =>
    SubAccountName?.startsWith('recommendations'),
  );
  const files = await uploadAll(client, folder, [writeBillMonth(folder, 'aws', month, edition(rows))]);
  const { delivery } = await client.call(importBill, { body: { source: 'aws', files } });
  await settle();
  return delivery ?? '';
}

const show = (decision: string) => server.client.call(getDecision, { params: { decision } });
const list = async () => (await server.client.call(listDecisions, { query: {} })).decisions;

const SLOW_MACHINE_MS = 180_000;

beforeAll(async () => {
  server = await startDemoServer();
  const { client } = server;
  await applyConfig(client);
  await deliver(server, SEED);
  ({ verdicts } = await decideOnModels(client, { seed: SEED, report: () => undefined, ...SMALL }));
  // A policy without a budget: its decision is based on no bill.
  await client.call(postApply, { body: { documents: [{ file: 'p.yaml', text: readFileSync(RETRAINED, 'utf8') }] } });
  await client.call(checkGate, { body: { model: MODEL, version: '5', policy: 'ranker-retrained' } });
  await server.settle();
}, SLOW_MACHINE_MS);
afterAll(() => server?.[Symbol.asyncDispose]());

describe('the decisions of the demo', () => {
  it('rest on tests by user and on costs at one demand', async () => {
    expect(verdicts).toHaveLength(6);
    const decided = (await list()).filter(({ policy }) => policy === 'ranker-production');
    for (const { decision, checks } of decided) {
      expect(checks.filter(({ side }) => side === 'quality').map(({ name }) => name)).toEqual([
        'ndcg_at_10 floor',
        'ndcg_at_10 non-inferior to @champion',
        'recall_at_10 floor',
        'recall_at_10 non-inferior to @champion',
      ]);
      const floors = checks.filter(({ name }) => name.endsWith('floor'));
      expect(floors).toMatchObject([{ alpha: 0.05 }, { alpha: 0.05 }]);
      for (const { n, interval, test } of floors) {
        expect(n).toBeGreaterThan(250);
        expect([interval, test]).not.toContain(null);
      }
      const bases = checks.filter(({ side, name }) => side === 'cost' && name !== 'training cost');
      expect(bases.map(({ basis }) => basis)).toEqual(['atDemand', 'atDemand', 'atDemand']);
      expect((await show(decision)).evidence.billDeliveries).toHaveLength(1);
    }
  });

  it('on a restated bill are judged again with the money at stake, and no others', async () => {
    const before = await list();
    expect(before.map(({ review }) => review)).toEqual(before.map(() => null));
    const after = await deliver(server, SEED, restatedEdition);
    await server.settle();
    for (const { decision, policy, verdict } of before) {
      const { review, reviews, evidence } = await show(decision);
      if (policy !== 'ranker-production') {
        expect(reviews).toEqual([]);
        continue;
      }
      expect(reviews).toHaveLength(1);
      const causes = [{ kind: 'bill', ids: [...evidence.billDeliveries, after] }];
      expect(review).toMatchObject({ status: 'same', verdict, causes });
      const [budget] = review?.changedChecks.filter(({ name }) => name === 'budget recommendations') ?? [];
      const lost = decimal(budget?.now?.bound ?? 0).minus(budget?.before?.bound ?? 0);
      expect(lost.isNegative()).toBe(true);
      expect(decimal(review?.atStake?.amount ?? 0).equals(lost)).toBe(true);
      expect(review?.atStake).toMatchObject({ currency: 'USD', check: 'budget recommendations' });
    }
  });

  it('give their verdicts in a replay, on the server and from an export', async () => {
    const replays = await replayAll(server.client);
    expect(replays).toHaveLength(7);
    for (const { recorded, onServer, exported } of replays) {
      expect(onServer).toMatchObject({ isSame: true, verdict: recorded });
      expect(onServer.bills.every(({ isSame }) => isSame)).toBe(true);
      expect(exported).toMatchObject({ isSame: true, verdict: recorded });
    }
  });
});

const SEEDS = Array.from({ length: 20 }, (_, at) => at + 1);

/** Verdicts of the demo with another seed, by model: training, evaluation, measurement and gate are those of the demo. */
async function decideWithSeed(seed: number): Promise<Record<string, DemoVerdict>> {
  await using other = await startDemoServer();
  await applyConfig(other.client);
  await deliver(other, seed);
  const measure = { secondsPerRepetition: 0.05, warmUpSeconds: 0.1 };
  const decided = await decideOnModels(other.client, { seed, report: () => undefined, measure });
  const replays = await replayAll(other.client);
  expect(replays.every(({ onServer, exported }) => onServer.isSame && exported.isSame)).toBe(true);
  return Object.fromEntries(decided.verdicts.map((verdict) => [verdict.name, verdict]));
}

if (isDeep) {
  describe('the decisions of the whole demo', () => {
    it.each(SEEDS)(
      'with seed %i reject the largest model on its cost at demand and promote no other than the chosen one',
      async (seed) => {
        const verdicts = await decideWithSeed(seed);
        console.log(
          seed,
          Object.values(verdicts)
            .map(({ name, verdict }) => `${name} ${verdict}`)
            .join(', '),
        );
        const largest = verdicts['ensemble-8x144'];
        expect(largest?.verdict).toBe('reject');
        expect(largest?.reasons.map((reason) => reason.split(':')[0])).toEqual([
          'cost per 1,000 predictions (at demand)',
          'cost per month (at demand)',
        ]);
        expect(['promote', 'hold']).toContain(verdicts['mf-64']?.verdict);
        expect(['promote', 'hold']).toContain(verdicts['mf-32']?.verdict);
        for (const smaller of ['popularity', 'mf-8', 'mf-16']) {
          expect(['reject', 'hold']).toContain(verdicts[smaller]?.verdict);
        }
      },
      10 * MINUTE_MS,
    );
  });
}
