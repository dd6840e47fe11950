import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../main.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, catchProblem } from '../../testing/application.ts';
import { quietApplication, sharedQuietApplication } from '../../testing/shared.ts';
import { listPrices } from '../prices/schema.ts';
import { listUsage, meteredCost, recordUsage, type UsageInterval } from './schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');

const book = (name: string, prices: string) =>
  `apiVersion: steelyard/v1\nkind: PriceBook\nmetadata: {name: ${name}}\nspec:\n  currency: USD\n  source: contract\n  prices:\n${prices}`;
const PRICES = book(
  'own',
  `    - {resource: 'gpu:H100', perHour: '12', effectiveFrom: 2026-01-01}
    - {resource: 'gpu:H100', perHour: '6', effectiveFrom: 2026-11-01, source: new contract}
    - {resource: gpu, perHour: '2', effectiveFrom: 2026-01-01}
`,
);

const clock = { now: () => NOW };
const shared = await sharedQuietApplication({ clock });
let application: Application;
/** Each test records usage of separate runs, a separate model and a separate team. */
let [run, otherRun, model, team] = ['', '', '', ''];
let tests = 0;
beforeEach(() => {
  application = shared;
  tests += 1;
  [run, otherRun, model, team] = [`run-${tests}`, `other-run-${tests}`, `model-${tests}`, `team-${tests}`];
});

/** A separate application, for tests that need an empty store. */
async function ownApplication(): Promise<void> {
  const own = await quietApplication({ clock });
  onTestFinished(() => own[Symbol.asyncDispose]());
  application = own;
}

const apply = (text: string) => call(application, postApply, { body: { documents: [{ file: 'p.yaml', text }] } });
const record = (...intervals: UsageInterval[]) => call(application, recordUsage, { body: { intervals } });
const usage = ({ usage: id = 'u1', ...change }: Partial<UsageInterval> = {}): UsageInterval => ({
  usage: `${run}:${id}`,
  subject: { run, model },
  resource: 'gpu:H100',
  quantity: '2',
  period: { start: '2026-11-02T00:00:00Z', end: '2026-11-02T03:00:00Z' },
  origin: 'test',
  ...change,
});
const total = (subject: object) => call(application, meteredCost, { query: subject });

describe('usage intervals', () => {
  it('cost quantity times hours times the price of their date, and add up by subject', async () => {
    await apply(PRICES);
    const across = { start: '2026-10-31T23:00:00Z', end: '2026-11-01T01:00:00Z' };
    await record(
      usage(),
      usage({ usage: 'u2', period: across, quantity: '0.5' }),
      usage({ usage: 'u3', subject: { run: otherRun, model } }),
    );
    // r1: 2 x 3 h x 6, and half a GPU for one hour at 12 and one at 6.
    expect(await total({ run })).toMatchObject({
      cost: { amount: '45', currency: 'USD' },
      pricedIntervals: 2,
      hours: '7',
    });
    expect((await total({ model })).cost?.amount).toBe('81');
    expect(await total({ model: 'no model' })).toMatchObject({ cost: null, pricedIntervals: 0, period: null });
  });

  it('may be sent again: the same id replaces, so that retries and corrections are safe', async () => {
    await apply(PRICES);
    await record(usage());
    await record(usage());
    await record(usage({ quantity: '1' }));
    expect(await total({ run })).toMatchObject({ cost: { amount: '18' }, pricedIntervals: 1 });
  });

  it('without a price are counted apart, never as zero, until a price book has it', async () => {
    await ownApplication();
    await record(usage(), usage({ usage: 'u2', resource: 'tpu' }));
    await apply(PRICES);
    expect(await total({ run })).toMatchObject({
      cost: { amount: '36' },
      pricedIntervals: 1,
      unpricedIntervals: 1,
      unpricedResources: ['tpu'],
    });
    const { intervals } = await call(application, listUsage, { query: { run } });
    const byResource = Object.fromEntries(intervals.map(({ resource, metered }) => [resource, metered]));
    expect(byResource.tpu).toMatchObject({ cost: null, reason: 'the price book has no "tpu"', priceSource: null });
    expect(byResource['gpu:H100']).toMatchObject({ priceSource: 'new contract (from 2026-11-01T00:00:00Z)' });
  });

  it('are refused all together when one of them is not possible', async () => {
    await ownApplication();
    const future = { start: '2026-11-20T00:00:00Z', end: '2026-11-21T00:00:00Z' };
    const problem = await catchProblem(record(usage(), usage({ usage: 'u2', period: future })));
    expect(problem).toMatchObject({ code: 'usage_interval_invalid' });
    const backwards = { start: '2026-11-03T00:00:00Z', end: '2026-11-02T00:00:00Z' };
    expect(await catchProblem(record(usage({ period: backwards })))).toMatchObject({ code: 'invalid_request' });
    expect(await catchProblem(record(usage({ quantity: '-1' })))).toMatchObject({ code: 'invalid_request' });
    expect((await call(application, listUsage)).intervals).toEqual([]);
  });

  it('are listed in pages, latest start first', async () => {
    const at = (hour: number) => ({ start: `2026-11-02T0${hour}:00:00Z`, end: `2026-11-02T0${hour + 1}:00:00Z` });
    await record(...[1, 2, 3, 4, 5].map((hour) => usage({ usage: `u${hour}`, period: at(hour) })));
    const seen: string[] = [];
    let pageToken: string | undefined;
    do {
      const page = await call(application, listUsage, {
        query: { run, pageSize: 2, ...(pageToken === undefined ? {} : { pageToken }) },
      });
      seen.push(...page.intervals.map(({ usage: id }) => id.slice(run.length + 1)));
      pageToken = page.nextPageToken ?? undefined;
    } while (pageToken !== undefined);
    expect(seen).toEqual(['u5', 'u4', 'u3', 'u2', 'u1']);
    const other = call(application, listUsage, { query: { run, pageToken: 'bm90IG91cnM' } });
    expect(await catchProblem(other)).toMatchObject({ code: 'invalid_page_token' });
  });
});

describe('a run that reports its GPUs', () => {
  const post = (path: string, payload: object) =>
    application.http.inject({
      method: 'POST',
      url: `/api/2.0/mlflow/${path}`,
      headers: { host: 'localhost' },
      payload,
    });

  it('is of the team of its project, where its tags name the project alone', async () => {
    await apply(`${PRICES}---
apiVersion: steelyard/v1
kind: Team
metadata: {name: search}
---
apiVersion: steelyard/v1
kind: Project
metadata: {name: ranker}
spec: {team: search}
`);
    const tags = [{ key: 'steelyard.project', value: 'ranker' }];
    const created = await post('runs/create', { experiment_id: '0', start_time: NOW, tags });
    const runId = (created.json() as { run: { info: { run_id: string } } }).run.info.run_id;
    const metrics = [0, 60].map((minute) => ({
      key: 'system/gpu_0_utilization_percentage',
      value: 80,
      step: minute,
      timestamp: Date.parse('2026-11-02T00:00:00Z') + minute * 60_000,
    }));
    await post('runs/log-batch', { run_id: runId, metrics });
    await expect.poll(async () => (await total({ team: 'search', project: 'ranker' })).cost?.amount).toBe('2');
  });

  it.each([
    ['at the price that its tag steelyard.resource names', [{ key: 'steelyard.resource', value: 'gpu:H100' }], '12'],
    ['at the price of an unnamed GPU otherwise', [], '4'],
  ])('has a metered cost at once, %s', async (_what, tags, amount) => {
    await apply(PRICES);
    const created = await post('runs/create', {
      experiment_id: '0',
      start_time: NOW,
      tags: [...tags, { key: 'steelyard.team', value: team }],
    });
    const runId = (created.json() as { run: { info: { run_id: string } } }).run.info.run_id;
    const start = Date.parse('2026-11-02T00:00:00Z');
    const metrics = [0, 1].flatMap((gpu) =>
      [0, 30, 60].map((minute) => ({
        key: `system/gpu_${gpu}_utilization_percentage`,
        value: 80,
        step: minute,
        timestamp: start + minute * 60_000,
      })),
    );
    expect((await post('runs/log-batch', { run_id: runId, metrics })).statusCode).toBe(200);
    await expect.poll(async () => (await total({ run: runId })).cost?.amount).toBe(amount);
    expect((await total({ team })).cost?.amount).toBe(amount);
  });
});

describe('a price book', () => {
  it('ends each price where the next of its resource begins', async () => {
    await apply(PRICES);
    const { prices } = await call(application, listPrices);
    expect(prices.filter(({ resource }) => resource === 'gpu:H100')).toMatchObject([
      { price: { amount: '12' }, effectiveTo: '2026-11-01T00:00:00Z', source: 'contract' },
      { price: { amount: '6' }, effectiveTo: null, source: 'new contract' },
    ]);
  });

  it('replaces the book of its name and changes what was metered with it', async () => {
    await apply(PRICES);
    await record(usage());
    await apply(book('own', "    - {resource: 'gpu:H100', perHour: '1', effectiveFrom: 2026-01-01}\n"));
    expect((await total({ run })).cost?.amount).toBe('6');
  });

  it.each([
    [
      'two prices that hold at once',
      book(
        'own',
        "    - {resource: a, perHour: '1', effectiveFrom: 2026-01-01, effectiveTo: 2026-03-01}\n    - {resource: a, perHour: '2', effectiveFrom: 2026-02-01}\n",
      ),
    ],
    [
      'a resource that another book prices',
      book('other', "    - {resource: gpu, perHour: '1', effectiveFrom: 2026-01-01}\n"),
    ],
    ['a price that is no number', book('own', '    - {resource: a, perHour: cheap, effectiveFrom: 2026-01-01}\n')],
    ['a date that does not exist', book('own', "    - {resource: a, perHour: '1', effectiveFrom: 2026-02-30}\n")],
  ])('with %s is refused and the old prices stay', async (_what, text) => {
    await apply(PRICES);
    expect(await catchProblem(apply(text))).toMatchObject({ code: 'manifest_invalid' });
    expect((await call(application, listPrices)).prices).toHaveLength(3);
  });
});
