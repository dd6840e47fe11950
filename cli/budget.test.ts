import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BudgetDetail } from '../src/finops/budgets/schema.ts';
import { type ServedFolder, serveFolder, steelyard, temporaryFolder } from './testing.ts';

let server: ServedFolder;
beforeAll(async () => {
  server = await serveFolder();
});
afterAll(() => server[Symbol.asyncDispose]());

const specOf = async (budget: string) => {
  const { out } = await server.run('budget', 'show', budget, '--json');
  return BudgetDetail.parse(JSON.parse(out)).versions[0]?.spec;
};

it('budget create makes a budget, and keeps of one that is there whom it tells and when', async () => {
  const { code, out } = await server.run('budget', 'create', 'recs', '--amount', '200USD', '--roll-over', 'unspent');
  expect([code, out]).toEqual([0, expect.stringContaining('rolled over from the window before: $0.00')]);
  expect(await specOf('recs')).toMatchObject({ amount: '200', rollOver: 'unspent', warnAt: [0.8, 1], notify: [] });

  const file = join(temporaryFolder(), 'recs.yaml');
  const spec = '{subject: {}, amount: "200", currency: USD, warnAt: [0.5], notify: [{slack: {url: env:CHAT}}]}';
  writeFileSync(file, `apiVersion: steelyard/v1\nkind: Budget\nmetadata: {name: recs}\nspec: ${spec}\n`);
  expect((await server.run('apply', '-f', file)).code).toBe(0);
  expect((await server.run('budget', 'create', 'recs', '--amount', '300USD')).code).toBe(0);
  expect(await specOf('recs')).toMatchObject({
    amount: '300',
    warnAt: [0.5],
    notify: [{ slack: { url: 'env:CHAT' } }],
  });
});

it('says why nothing is known of a budget whose team no rule assigns cost to', async () => {
  const path = join(temporaryFolder(), 'bill.csv');
  const month = new Date().toISOString().slice(0, 7);
  const header = 'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ServiceName';
  writeFileSync(path, `${header}\n5,5,USD,${month}-01,${month}-01,S3\n`);
  await server.run('bill', 'import', path, '--source', 'aws');
  await server.run('budget', 'create', 'fraud', '--amount', '200USD', '--team', 'fraud');
  const listed = await server.run('budget', 'list');
  expect(listed.err).toContain('fraud: spent is unknown. No rule assigns cost to team "fraud".');
  expect((await server.run('budget', 'show', 'fraud')).out).toContain('spent is unknown: No rule assigns cost to team');
});

it('budget refusals lists the refused runs of a budget, and says so when there are none', async () => {
  await server.run('budget', 'create', 'small', '--amount', '5USD', '--team', 'small', '--enforcement', 'hard');
  const none = await server.run('budget', 'refusals', 'small');
  expect([none.code, none.err]).toEqual([0, expect.stringContaining('Budget "small" has refused no request.')]);
  const asked = ['--url', server.url, '--price', '3600USD/h', '--team', 'small', '--grace', '10'];
  expect((await steelyard(['run', ...asked, '--', 'true'], { PATH: process.env.PATH })).code).toBe(12);
  const { out } = await server.run('budget', 'refusals', 'small');
  expect(out).toMatch(/\$11\.00 +\$5\.00/);
});
