import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { costSummary } from '../../../finops/costs/schema.ts';
import { applyRules, bill, inMonth } from '../../../finops/testing/costs.ts';
import { postApply } from '../../../platform/manifests/schema.ts';
import { call, catchProblem, importFiles } from '../../../testing/application.ts';
import { sharedQuietApplication } from '../../../testing/shared.ts';
import { getUnitCosts, listUnitDatasets, recordUnits } from '../schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');
const application = await sharedQuietApplication({ clock: { now: () => NOW } });

const charge = (day: string, cost: string, model: string) => ({
  ...inMonth(day.slice(0, 7), cost),
  ChargePeriodStart: `${day}T00:00:00Z`,
  ChargePeriodEnd: `${day}T01:00:00Z`,
  Tags: JSON.stringify({ team: 'shop', model }),
});

beforeAll(async () => {
  await applyRules(
    application,
    "    - {name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}', model: '{tag:model}'}}\n",
  );
  await importFiles(application, 'aws', {
    'bill.csv': bill([
      charge('2026-10-01', '10', 'ranker'),
      charge('2026-10-02', '6', 'ranker'),
      charge('2026-10-02', '4', 'other'),
      charge('2026-10-04', '8', 'other'),
    ]),
  });
});

let dataset = '';
let tests = 0;
beforeEach(async () => {
  tests += 1;
  dataset = `orders-${tests}`;
  await apply('cost: {subject: {team: shop}}');
});

const apply = (rest: string) =>
  call(application, postApply, {
    body: {
      documents: [
        {
          file: 'd.yaml',
          text: `apiVersion: steelyard/v1\nkind: UnitDataset\nmetadata: {name: ${dataset}}\nspec: {unit: order, ${rest}}\n`,
        },
      ],
    },
  });
const record = (...rows: readonly object[]) =>
  call(application, recordUnits, { params: { dataset }, body: { rows: rows as never } });
const row = (date: string, quantity: string, dimensions: object = {}) => ({ date, quantity, ...dimensions });
const show = (query: object = {}) =>
  call(application, getUnitCosts, { params: { dataset }, query: { start: '2026-10-01', end: '2026-11-01', ...query } });

describe('business units', () => {
  it('join the cost of the same days, which is that of the costs page', async () => {
    await record(row('2026-10-01', '4'), row('2026-10-02', '5'), row('2026-10-03', '7'));
    const { totals } = await call(application, costSummary, {
      query: { by: 'team', from: '2026-10-01', to: '2026-10-02', filter: 'team=shop' },
    });
    const costs = await show();
    expect(costs).toMatchObject({
      unit: 'order',
      total: { cost: totals[0], quantity: '9', days: 2 },
      costWithoutUnits: { days: 1, amount: '8', list: [{ day: '2026-10-04', key: null }] },
      unitsWithoutCost: { days: 1, amount: '7' },
    });
    expect(costs.rows).toMatchObject([{ period: '2026-10', costPerUnit: { currency: 'USD' } }]);
  });

  it('group by a dimension that cost has too', async () => {
    await record(
      row('2026-10-02', '3', { model: 'ranker' }),
      row('2026-10-02', '2', { model: 'other' }),
      row('2026-10-02', '1'),
    );
    const { rows, unitsWithoutCost } = await show({
      by: 'model',
      period: 'day',
      start: '2026-10-02',
      end: '2026-10-03',
    });
    expect(rows.map(({ key, costPerUnit }) => [key, costPerUnit?.amount])).toEqual([
      ['other', '2'],
      ['ranker', '2'],
    ]);
    expect(unitsWithoutCost.list).toEqual([{ day: '2026-10-02', key: null }]);
  });

  it('restrict the cost to a subject and a service', async () => {
    await apply('cost: {subject: {model: ranker}, serviceName: Amazon EC2}');
    await record(row('2026-10-02', '3'));
    expect((await show()).total).toMatchObject({ costPerUnit: { amount: '2' } });
    await apply('cost: {serviceName: nothing}');
    expect((await show()).total).toMatchObject({ costPerUnit: null, reason: 'no day has both cost and units' });
  });

  it('replace a day whole, and the same day again changes nothing', async () => {
    const first = [row('2026-10-01', '4', { customer: 'a' }), row('2026-10-01', '1', { customer: 'b' })];
    expect(await record(...first, row('2026-10-02', '2'))).toMatchObject({ replacedDays: 2, unchangedDays: 0 });
    expect(await record(...first.toReversed(), row('2026-10-02', '2.0'))).toMatchObject({
      replacedDays: 0,
      unchangedDays: 2,
    });
    expect(await record(row('2026-10-01', '5', { customer: 'c' }))).toMatchObject({ replacedDays: 1 });
    expect((await show({ period: 'day' })).rows).toMatchObject([
      { period: '2026-10-01', quantity: '5' },
      { period: '2026-10-02', quantity: '2' },
    ]);
    const { datasets } = await call(application, listUnitDatasets, {});
    expect(datasets.find((one) => one.dataset === dataset)).toMatchObject({
      ...{ days: 2, firstDay: '2026-10-01', lastDay: '2026-10-02', unit: 'order' },
    });
  });

  it('reject a day with an invalid row as a whole, with line and reason, and leave it as it was', async () => {
    await record(row('2026-10-01', '4'), row('2026-10-02', '5'));
    const answer = await record(
      row('2026-10-01', '9'),
      row('2026-10-01', '-1', { team: 'a' }),
      row('2026-10-02', '6'),
      row('2026-10-02', '7'),
      row('2026-10-03', '8'),
      row('2026-11-12', '1'),
      row('2026-10-05', '1', { colour: 'red' }),
      row('2026-02-30', '1'),
      row('2026-10-06', '0.0000001'),
    );
    expect(answer).toMatchObject({ replacedDays: 1, rejectedRows: 8 });
    expect(answer.rejected.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '1 another row of 2026-10-01 is rejected: the day stays as it was',
      expect.stringMatching(/^2 quantity: not negative/),
      '3 another row of 2026-10-02 is rejected: the day stays as it was',
      '4 2026-10-02 has two rows with these dimensions',
      '6 date 2026-11-12 is in the future',
      expect.stringMatching(/^7 .*colour/),
      expect.stringMatching(/^8 date: a day that exists/),
      expect.stringMatching(/^9 quantity: at most 6 decimals/),
    ]);
    const rows = (await show({ period: 'day' })).rows.map(({ period, quantity }) => [period, quantity]);
    expect(rows).toEqual([
      ['2026-10-01', '4'],
      ['2026-10-02', '5'],
    ]);
  });

  it('are refused for an unknown dataset', async () => {
    dataset = 'nothing';
    expect(await catchProblem(record(row('2026-10-01', '4')))).toMatchObject({ code: 'unit_dataset_not_found' });
    expect(await catchProblem(show())).toMatchObject({ code: 'unit_dataset_not_found' });
  });
});
