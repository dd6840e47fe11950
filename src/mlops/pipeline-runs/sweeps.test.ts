import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call, testApplication } from '../../testing/application.ts';
import {
  getPipelineRun,
  type PipelineRun,
  resumePipelineRun,
  startPipelineRun,
  stopPipelineRun,
} from '../pipelines/schema.ts';
import { applied, ended, ranToEnd, requireStep } from '../testing/pipelines.ts';

const application = await testApplication();
afterAll(() => application[Symbol.asyncDispose]());
const SOON = { timeout: 30_000, interval: 20 };
const TRIAL = `$\{{ matrix.trial }}`;
/** A second costs a dollar. */
const PRICES = {
  apiVersion: 'steelyard/v1',
  kind: 'PriceBook',
  metadata: { name: 'own' },
  spec: {
    ...{ currency: 'USD', source: 'test' },
    prices: [{ resource: 'machine', perHour: '3600', effectiveFrom: '2026-01-01' }],
  },
};
beforeAll(() => applied(application, JSON.stringify(PRICES)));

const sweep = (over: object) => ({ params: { lr: 'log:1e-4..1e-1' }, metric: 'accuracy', trials: 4, ...over });

/** A pipeline that searches with this step, and picks the best trial. */
const searching = (name: string, train: object, budget: string) =>
  applied(
    application,
    JSON.stringify({
      apiVersion: 'steelyard/v1',
      kind: 'Pipeline',
      metadata: { name },
      spec: { budget, steps: { train, best: { uses: 'evaluate', needs: ['train'], metric: 'accuracy' } } },
    }),
  );
const trialsOf = ({ stepList }: PipelineRun) => stepList.filter(({ name }) => name === 'train');
const statesOf = (run: PipelineRun) => trialsOf(run).map(({ state }) => state);
const costOf = ({ cost }: PipelineRun) => Number(cost?.amount ?? 0);

it('runs each trial once, no more at a time than allowed, and picks the best of those that succeeded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sweeps-'));
  const busy = `mkdir -p ${folder}/now; echo x > ${folder}/now/${TRIAL}; ls ${folder}/now | wc -l > ${folder}/seen-${TRIAL}`;
  const run = `${busy}; sleep 0.3; rm ${folder}/now/${TRIAL}; [ ${TRIAL} != 1 ]; echo '{"accuracy": 0.'${TRIAL}'}' > m.json`;
  await searching('wide', { run, metrics: 'm.json', sweep: sweep({ trials: 5, parallel: 2 }) }, '500 USD');
  const over = await ranToEnd(application, 'wide');
  expect([over.state, statesOf(over)]).toEqual([
    'succeeded',
    ['succeeded', 'failed', 'succeeded', 'succeeded', 'succeeded'],
  ]);
  expect(trialsOf(over).map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1]);
  expect(requireStep(over, 'best').values).toMatchObject({ step: trialsOf(over)[4]?.step, value: '0.4', of: '4' });
  expect(trialsOf(over).map(({ values }) => values.value)).toEqual(['0', undefined, '0.2', '0.3', '0.4']);
  const seen = readdirSync(folder).filter((name) => name.startsWith('seen-'));
  for (const name of seen) expect(Number(readFileSync(join(folder, name), 'utf8'))).toBeLessThanOrEqual(2);
});

it('spends no more than its budget over all trials, and starts none that the rest does not cover', async () => {
  const train = { run: 'sleep 600', grace: '1s', sweep: sweep({ parallel: 2 }) };
  await searching('poor', train, '6 USD');
  const over = await ranToEnd(application, 'poor');
  expect(over.state).toBe('stopped');
  expect(costOf(over)).toBeGreaterThan(3);
  expect(costOf(over)).toBeLessThanOrEqual(6);
  expect(trialsOf(over)[0]?.reason).toBe('budget the limit of its run');
  expect(trialsOf(over).map(({ reason }) => reason)).toContain('the budget does not cover another trial');
  expect(trialsOf(over).filter(({ attempts }) => attempts.length > 0).length).toBeLessThanOrEqual(2);
  expect(requireStep(over, 'best')).toMatchObject({ state: 'skipped', reason: 'no trial of train succeeded' });
});

it('goes on where it was stopped, with the trials that succeeded and the rest of the budget', async () => {
  const run = `[ ${TRIAL} = 0 ] || sleep 600; echo '{"accuracy": 0.5}' > m.json`;
  const train = { run, metrics: 'm.json', grace: '1s', sweep: sweep({ trials: 2 }) };
  await searching('longer', train, '8 USD');
  const { run: id } = await call(application, startPipelineRun, { params: { pipeline: 'longer' }, body: {} });
  const params = { pipeline: 'longer', run: id };
  const states = async () => statesOf(await call(application, getPipelineRun, { params }));
  await expect.poll(states, SOON).toEqual(['succeeded', 'running']);
  await call(application, stopPipelineRun, { params });
  const first = await ended(application, 'longer', id);
  expect([first.state, statesOf(first)]).toEqual(['stopped', ['succeeded', 'stopped']]);
  const resumed = await call(application, resumePipelineRun, { params, body: {} });
  const second = await ended(application, 'longer', resumed.run);
  expect([second.state, statesOf(second)]).toEqual(['succeeded', ['cached', 'stopped']]);
  expect(trialsOf(second)[1]?.reason).toBe('budget the limit of its run');
  expect(costOf(first) + costOf(second)).toBeGreaterThan(4);
  expect(costOf(first) + costOf(second)).toBeLessThanOrEqual(8);
});
