import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DAY_MS } from '../src/platform/units/durations.ts';
import { type ServedFolder, serveFolder, temporaryFolder } from './testing.ts';

let server: ServedFolder;
beforeAll(async () => {
  server = await serveFolder();
});
afterAll(() => server?.[Symbol.asyncDispose]());

/** Days up to yesterday, each at the same cost on working days. */
function bill(): string {
  const lines = Array.from({ length: 90 }, (_, index) => {
    const day = new Date(Date.now() - (90 - index) * DAY_MS).toISOString().slice(0, 10);
    const cost = [0, 6].includes(new Date(day).getUTCDay()) ? 4 : 10 + (index % 3);
    return `${cost},${cost},USD,${day.slice(0, 7)}-01,${day},EC2`;
  });
  return `BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ServiceName\n${lines.join('\n')}\n`;
}

it('forecast says that there is none yet, makes it from a bill, and shows it with its budget and known changes', async () => {
  const none = await server.run('forecast', 'list');
  expect([none.code, none.err]).toEqual([0, expect.stringContaining('No forecast yet')]);
  expect((await server.run('forecast', 'show', '--team', 'x')).code).toBe(4);
  expect((await server.run('forecast', 'show', '--team', 'x', '--model', 'y')).code).toBe(2);

  const file = join(temporaryFolder(), 'bill.csv');
  writeFileSync(file, bill());
  await server.run('budget', 'create', 'all', '--amount', '100USD');
  expect((await server.run('bill', 'import', file, '--source', 'aws')).code).toBe(0);
  const made = await server.run('forecast', 'make');
  expect(made.out).toMatch(/everything +\d{4}-\d\d-\d\d +USD.*100\.00 +(>99|100) %/);
  const total = async () => JSON.parse((await server.run('forecast', 'show', '--json')).out).forecast;
  const before = Number((await total()).forecast.mean);

  const words = ['--from', '2020-01-01', '--until', '2020-01-02', '--what', 'it was'];
  expect((await server.run('forecast', 'change', 'add', ...words, '--daily=-5')).code).toBe(2);
  const added = await server.run('forecast', 'change', 'add', ...words, '--daily=-5USD', '--team', 'x', '--json');
  const { change, dailyAmount, subject } = JSON.parse(added.out);
  expect({ dailyAmount, subject }).toEqual({ dailyAmount: '-5', subject: { team: 'x' } });
  expect((await server.run('forecast', 'change', 'list')).out).toContain('team=x');
  const shown = await server.run('forecast', 'show', '--budget', 'all');
  expect(shown.out).toMatch(/over its limit of \$100\.00 with (>99|100) % probability, on about \d{4}/);
  expect(shown.out).toMatch(/back-test error +the sum [<\d]+ %, a day MASE \d\.\d\d/);
  expect((await server.run('forecast', 'change', 'remove', change)).code).toBe(0);
  expect((await server.run('forecast', 'change', 'remove', change)).code).toBe(4);

  await server.run('forecast', 'make');
  expect(Number((await total()).forecast.mean)).toBeCloseTo(before, 1);
  const csv = await server.run('forecast', 'list', '--level', 'service', '--csv');
  expect(csv.out.split('\r\n')[1]).toMatch(/^service,EC2,USD,/);
});
