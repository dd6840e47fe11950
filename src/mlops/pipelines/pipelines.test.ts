import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Application } from '../../main.ts';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import { listDecisions } from '../../tradeoff/decisions/schema.ts';
import { getVersionEvidence } from '../../tradeoff/evidence/schema.ts';
import { listOpenLineageEvents } from '../../tradeoff/openlineage/schema.ts';
import { applied, collectStates, ranToEnd, requireStep, sentCode } from '../testing/pipelines.ts';
import { post } from '../wire/testing.ts';
import { isOver, pipelineStepLog } from './schema.ts';

const PRICED = `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: test, prices: [{resource: machine, perHour: '36', effectiveFrom: 2026-01-01}]}
`;

const TRAINING = `${PRICED}
---
apiVersion: steelyard/v1
kind: Policy
metadata: {name: production}
spec:
  model: ranker
  currency: USD
  quality: [{metric: accuracy, direction: higher, floor: '0.5'}]
  cost: [{measure: trainingCost, atMost: '1'}]
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: training}
spec:
  project: recommender
  params: {rows: 3}
  steps:
    prepare:
      run: seq 1 \${{ params.rows }} > clean.csv; cat words.txt >> clean.csv
      code: [words.txt]
      outputs: [clean.csv]
    train:
      run: [sh, -e, train.sh, '\${{ matrix.lr }}']
      code: [train.sh]
      needs: [prepare]
      matrix: {lr: [0.1, 0.7, 0.4]}
      inputs: [clean.csv]
      outputs: [model.txt]
      metrics: metrics.json
      resources: {cpu: 0.5}
    evaluate: {uses: evaluate, needs: [train], metric: accuracy}
    gate: {uses: gate, of: evaluate, policy: production}
    register: {uses: register, of: evaluate, needs: [gate], model: ranker, artifact: model.txt, policy: production}
`;

const CODE = {
  'words.txt': 'word\n',
  'train.sh':
    'cp clean.csv model.txt; echo "lr $1" >> model.txt; echo "{\\"accuracy\\": $1}" > metrics.json; echo trained $1\n',
};

let application: Application;
beforeEach(async () => {
  application = await testApplication();
  onTestFinished(() => application[Symbol.asyncDispose]());
});

describe('a pipeline', () => {
  it('prepares, trains a matrix, picks the best, weighs it and registers it, with what it cost', async () => {
    await applied(application, TRAINING);
    const run = await ranToEnd(application, 'training', { code: await sentCode(application, CODE) });
    expect([run.state, collectStates(run)]).toEqual([
      'succeeded',
      {
        prepare: 'succeeded',
        'train[lr=0.1]': 'succeeded',
        'train[lr=0.7]': 'succeeded',
        'train[lr=0.4]': 'succeeded',
        evaluate: 'succeeded',
        gate: 'succeeded',
        register: 'succeeded',
      },
    ]);
    expect(requireStep(run, 'evaluate').values).toMatchObject({ step: 'train[lr=0.7]', value: '0.7', of: '3' });
    expect(requireStep(run, 'gate').values).toMatchObject({ verdict: 'promote' });
    expect(requireStep(run, 'register').values).toMatchObject({ model: 'ranker', version: '1' });
    const evidence = await call(application, getVersionEvidence, { params: { model: 'ranker', version: '1' } });
    expect(evidence.aliases).toEqual(['champion']);
    expect(evidence.trainingCost.cost).toEqual(requireStep(run, 'train[lr=0.7]').cost);
    expect(Number(run.cost?.amount)).toBeGreaterThan(0);
    const log = await call(application, pipelineStepLog, {
      params: { pipeline: 'training', run: run.run },
      query: { step: 'train[lr=0.4]' },
    });
    expect(log).toMatchObject({ text: 'trained 0.4\n', ended: true });
    await vi.waitFor(async () => {
      const { events } = await call(application, listOpenLineageEvents, {});
      const steps = events.map(({ event }) => event).filter(({ run: { facets } }) => facets.parent !== undefined);
      expect(steps.filter(({ eventType }) => eventType === 'COMPLETE')).toHaveLength(4);
      for (const { run: step } of steps) expect(step.facets.parent?.run.runId.replaceAll('-', '')).toBe(run.mlflowRun);
    });
  });

  it('registers nothing and moves no alias where nothing changed, also when the alias has moved meanwhile', async () => {
    await applied(application, TRAINING);
    const code = await sentCode(application, CODE);
    const first = await ranToEnd(application, 'training', { code });
    const again = await ranToEnd(application, 'training', { code });
    expect(requireStep(again, 'train[lr=0.7]').state).toBe('cached');
    expect(requireStep(again, 'register').values).toEqual(requireStep(first, 'register').values);
    const aliasMoves = async () => {
      const { decisions } = await call(application, listDecisions, { query: { model: 'ranker' } });
      return decisions.length;
    };
    expect(await aliasMoves()).toBe(1);
    const better = { ...CODE, 'words.txt': 'another word\n' };
    const other = await ranToEnd(application, 'training', { code: await sentCode(application, better) });
    expect(requireStep(other, 'register').values).toMatchObject({ version: '2' });
    expect(await aliasMoves()).toBe(2);
    await ranToEnd(application, 'training', { code: await sentCode(application, better) });
    expect(await aliasMoves()).toBe(2);
  });

  it('deploys to an alias that a policy governs by a decision of its gate, and not without', async () => {
    const policy = (floor: string) => `
apiVersion: steelyard/v1
kind: Policy
metadata: {name: production}
spec:
  model: ranker
  currency: USD
  quality: [{metric: accuracy, direction: higher, floor: '${floor}'}]
  cost: [{measure: trainingCost, atMost: '1'}]`;
    await applied(
      application,
      `${PRICED}
---${policy('0.9')}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: shipping}
spec:
  steps:
    train: {run: 'echo x > model.txt; echo "{\\"accuracy\\": 0.7}" > metrics.json', outputs: [model.txt], metrics: metrics.json}
    register: {uses: register, of: train, needs: [train], model: ranker, artifact: model.txt}
    deploy: {uses: deploy, of: register, needs: [register], alias: champion}
`,
    );
    const refused = await ranToEnd(application, 'shipping');
    expect(collectStates(refused)).toMatchObject({ register: 'succeeded', deploy: 'failed' });
    expect(requireStep(refused, 'deploy').reason).toMatch(/^Policy "production" governs the alias "champion".* reject/);
    await applied(application, policy('0.5'));
    const shipped = await ranToEnd(application, 'shipping');
    expect(requireStep(shipped, 'deploy')).toMatchObject({ state: 'succeeded' });
    const { decisions } = await call(application, listDecisions, { query: { model: 'ranker' } });
    expect(decisions.map(({ verdict, action }) => [verdict, action?.to])).toEqual([
      ['promote', '1'],
      ['reject', undefined],
    ]);
    expect(decisions[0]?.actor).toBe('pipeline shipping #2');
  });

  it('weighs and registers by the policy of the team of its model', async () => {
    const tags = [{ key: 'steelyard.team', value: 'search' }];
    await post(application, 'registered-models/create', { name: 'ranker', tags });
    const gated = (name: string, gate: string) => `
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: ${name}}
spec:
  steps:
    train: {run: 'echo x > model.txt; echo "{\\"accuracy\\": 0.7}" > metrics.json', outputs: [model.txt], metrics: metrics.json}
    gate: {uses: gate, of: train, needs: [train], ${gate}}
    register: {uses: register, of: train, needs: [gate], model: ranker, artifact: model.txt, policy: search-gate}
`;
    const policy = `
apiVersion: steelyard/v1
kind: Policy
metadata: {name: search-gate}
spec:
  team: search
  currency: USD
  quality: [{metric: accuracy, direction: higher, floor: '0.5'}]
  cost: [{measure: trainingCost, atMost: '1'}]`;
    const pipelines = [gated('unnamed', 'policy: search-gate'), gated('named', 'policy: search-gate, model: ranker')];
    await applied(application, [PRICED, policy, ...pipelines].join('\n---'));
    expect(requireStep(await ranToEnd(application, 'unnamed'), 'gate')).toMatchObject({
      ...{ state: 'failed', reason: expect.stringContaining('State the model of the run.') },
    });
    const run = await ranToEnd(application, 'named');
    expect(requireStep(run, 'gate').values).toMatchObject({ verdict: 'promote' });
    expect(requireStep(run, 'register').values).toMatchObject({ policy: 'search-gate', decided: 'promote' });
  });

  it('takes what did not change from before, and says of every step why', async () => {
    await applied(application, TRAINING);
    await ranToEnd(application, 'training', { code: await sentCode(application, CODE) });
    const again = await ranToEnd(application, 'training', { code: await sentCode(application, CODE) });
    expect(collectStates(again)).toMatchObject({ prepare: 'cached', 'train[lr=0.1]': 'cached', register: 'succeeded' });
    expect(requireStep(again, 'prepare').explanation).toBe('cached: nothing changed since training #1');
    const code = { ...CODE, 'train.sh': `${CODE['train.sh']}# more\n` };
    const edited = await ranToEnd(application, 'training', {
      code: await sentCode(application, code),
      params: { rows: 4 },
    });
    expect(requireStep(edited, 'prepare')).toMatchObject({
      state: 'succeeded',
      explanation: 'not cached: params.rows 3 -> 4',
    });
    expect(requireStep(edited, 'train[lr=0.4]').explanation).toBe(
      'not cached: `train.sh` changed; `clean.csv` changed',
    );
  });

  it('lets its steps log to the server, with accounts as well, and nobody with a token that is not theirs', async () => {
    await using guarded = await testApplication({}, { accounts: 'on', processExecutor: 'on' });
    await guarded.http.listen({ host: '127.0.0.1', port: 0 });
    const auth = { authorization: `Bearer ${guarded.localKey}` };
    const ask = async (method: 'GET' | 'POST', url: string, payload?: object) => {
      const answer = await guarded.http.inject({
        method,
        url,
        headers: { host: 'localhost', ...auth },
        ...(payload === undefined ? {} : { payload }),
      });
      return answer.json();
    };
    const script = `const u = process.env.MLFLOW_TRACKING_URI + '/api/2.0/mlflow/runs/log-metric';
      const body = JSON.stringify({ run_id: process.env.MLFLOW_RUN_ID, key: 'ndcg', value: 0.3, timestamp: 1, step: 0 });
      const send = (token) => fetch(u, { method: 'POST', body, headers: { 'content-type': 'application/json', authorization: 'Bearer ' + token } });
      (async () => console.log((await send(process.env.MLFLOW_TRACKING_TOKEN)).status, (await send(process.env.MLFLOW_TRACKING_TOKEN.replace(/..$/, 'xx'))).status))();`;
    const spec = { steps: { train: { run: [process.execPath, '-e', script] } } };
    const text = JSON.stringify({ apiVersion: 'steelyard/v1', kind: 'Pipeline', metadata: { name: 'p' }, spec });
    await ask('POST', '/api/v1/apply', { documents: [{ file: 'p.yaml', text }] });
    const { run } = await ask('POST', '/api/v1/pipelines/p/runs', {});
    await vi.waitFor(
      async () => expect(isOver((await ask('GET', `/api/v1/pipelines/p/runs/${run}`)).state)).toBe(true),
      { timeout: 30_000, interval: 50 },
    );
    expect(await ask('GET', `/api/v1/pipelines/p/runs/${run}/log?step=train`)).toMatchObject({ text: '200 401\n' });
  });

  it('is refused where its steps need each other, with the way round', async () => {
    const circle = `{apiVersion: steelyard/v1, kind: Pipeline, metadata: {name: p}, spec: {steps: {a: {run: x, needs: [b]}, b: {run: x, needs: [a]}}}}`;
    expect(await catchProblem(applied(application, circle))).toMatchObject({
      code: 'manifest_invalid',
      detail: expect.stringContaining('"a" needs "b" needs "a"'),
    });
  });
});
