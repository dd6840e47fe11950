import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Evaluation, getEvaluation, listEvaluations } from '../../../mlops/evaluations/schema.ts';
import { recordLabels, recordPredictions } from '../../../mlops/predictions/schema.ts';
import { call, catchProblem } from '../../../testing/application.ts';
import { sharedApplication } from '../../../testing/shared.ts';
import { getDecision, replayDecision } from '../../decisions/schema.ts';
import { RetrainingRoom } from '../../testing/retraining.ts';
import { exportRoundTestSet, exportRoundTrainingSet } from './schema.ts';

const HOUR = 3_600_000;

/**
 * The world: x is 0 to 99, and the right answer is 1 from a bound on. The bound was 50 and is 20 now. A model answers 1 from its
 * threshold on: with t = 50 it was right always, and is right in 70 % now. Each candidate logs the accuracy that it had before.
 */
const STEP = `
import { writeFileSync } from 'node:fs';
const [round, threshold, mode] = process.argv.slice(2);
const { STEELYARD_URL: url, MLFLOW_RUN_ID: run } = process.env;
const answer = (x) => (x >= Number(threshold) ? 1 : 0);
const before = Array.from({ length: 100 }, (_, x) => answer(x) === (x >= 50 ? 1 : 0)).filter(Boolean).length / 100;
writeFileSync('metrics.json', JSON.stringify({ accuracy: before }));
writeFileSync('model.txt', threshold);
if (round !== '0' && mode !== 'unscored') {
  const at = url + '/api/v1/retrainings/ranker/rounds/' + round;
  const sent = await fetch(at + '/test-set');
  const test = sent.ok ? (await sent.text()).trim().split('\\n').map((line) => JSON.parse(line)) : [];
  const lines = test.map(({ prediction, inputs }) => JSON.stringify({ prediction, output: answer(inputs.x) }));
  await fetch(at + '/answers/' + run, {
    method: 'PUT', headers: { 'content-type': 'application/octet-stream' }, body: lines.join('\\n') + '\\n',
  });
}
`;

const script = join(mkdtempSync(join(tmpdir(), 'trigger-window-')), 'train.mjs');
writeFileSync(script, STEP);
const clock = { offset: 0 };
const application = await sharedApplication({ clock: { now: () => Date.now() + clock.offset } });
const room = new RetrainingRoom(application, clock);

const TESTED = `
  alpha: 0.05
  quality: [{metric: accuracy, direction: higher, superiority: {}, evaluation: trigger-window}]`;
const UNTESTED = `
  quality: [{metric: accuracy, direction: higher, notWorseThanChampionBy: '0'}]`;

const applyPolicy = (terms: string) =>
  room.apply(`
apiVersion: steelyard/v1
kind: Policy
metadata: {name: production}
spec:
  model: ranker
  currency: USD
  cost: [{measure: trainingCost, atMost: '10'}]${terms}
`);

const template = (name: string) => `"$\{{ ${name} }}"`;

/** Predictions of a version in the last two hours, with labels for all but the last `unlabelled`. */
async function recordWindow(version: string, threshold: number, { rows = 2_500, unlabelled = 0 } = {}): Promise<void> {
  const now = Date.parse(room.now());
  const predictions = Array.from({ length: rows }, (_, n) => ({
    prediction: `${version}-${now}-${n}`,
    model: 'ranker',
    modelVersion: version,
    entity: `user-${version}-${Math.floor(n / 2)}`,
    predictedAt: new Date(now - (2 * HOUR * (rows - n)) / rows).toISOString(),
    inputs: { x: (n * 37) % 100 },
    output: (n * 37) % 100 >= threshold ? 1 : 0,
  }));
  const labels = predictions
    .slice(0, rows - unlabelled)
    .map(({ prediction, inputs: { x } }) => ({ prediction, value: x >= 20 ? 1 : 0 }));
  for (let at = 0; at < rows; at += 500) {
    await call(application, recordPredictions, { body: { predictions: predictions.slice(at, at + 500) } });
    const some = labels.slice(at, at + 500);
    if (some.length > 0) await call(application, recordLabels, { body: { model: 'ranker', labels: some } });
  }
}

let episodes = 0;

/** The round of an episode that was found in the last three hours. */
async function retrain(threshold: number, mode = 'scored') {
  const params = `round: ${template('round')}, threshold: "${threshold}", mode: ${mode}, from: ${template('test.start')}`;
  await room.retraining(`on: [{episode: {}}], cooldown: 0s, params: {${params}}`);
  episodes += 1;
  const window = { start: new Date(Date.parse(room.now()) - 3 * HOUR).toISOString(), end: room.now() };
  await room.tell('opened', { episode: `episode-${episodes}`, openedAt: window.start, window });
  return room.untilOver(episodes);
}

/** Lines of a set of the last round. */
async function lines(target: typeof exportRoundTestSet | typeof exportRoundTrainingSet, query = {}) {
  const answer = await call(application, target as typeof exportRoundTestSet, {
    params: { retraining: 'ranker', round: episodes },
    query,
  });
  return answer
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

beforeAll(async () => {
  await application.http.listen({ port: 0, host: '127.0.0.1' });
  await room.apply(`
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: test, prices: [{resource: machine, perHour: '0.36', effectiveFrom: 2026-01-01}]}
---
apiVersion: steelyard/v1
kind: Monitor
metadata: {name: ranker}
spec: {model: ranker, quality: {kind: classification}}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: training}
spec:
  params: {round: '0', threshold: '50', mode: '', from: ''}
  steps:
    train:
      run: ${process.execPath} ${script} \${{ params.round }} \${{ params.threshold }} \${{ params.mode }}
      metrics: metrics.json
      outputs: [model.txt]
      cache: false
    register: {uses: register, of: train, needs: [train], model: ranker, artifact: model.txt, policy: production}
`);
  await applyPolicy(UNTESTED);
  await room.trained();
  await recordWindow('1', 50);
});

describe('a retraining on the window that triggered it', () => {
  it('says that a policy without a test compared older values', async () => {
    const round = await retrain(55);
    expect(round).toMatchObject({ state: 'not_promoted', verdict: 'reject', test: { compared: false } });
    expect(round.gate?.summary).toContain('older values');
  });

  it('keeps a candidate that was good before and is worse than the champion now', async () => {
    await applyPolicy(TESTED);
    const round = await retrain(55);
    expect(round).toMatchObject({ state: 'not_promoted', verdict: 'reject', test: { compared: true } });
    expect(round.timeline.find(({ step }) => step === 'test')?.text).toMatch(
      /^Test set of \d+ held-out predictions of version 1 from .*: accuracy 0\.\d+\.$/,
    );
  });

  it('holds a candidate without answers, and says how to send them', async () => {
    const round = await retrain(30, 'unscored');
    expect(round).toMatchObject({ state: 'not_promoted', verdict: 'hold', test: { compared: false } });
    const decision = round.gate?.decision ?? '';
    const { evidence, checks } = await call(application, getDecision, { params: { decision } });
    expect(evidence.candidate.gate?.look).toBeNull();
    expect(checks[0]?.source).toContain('steelyard retraining test-set');
  });

  it('promotes a candidate that is worse than the champion was, and better than the champion is', async () => {
    const round = await retrain(30);
    expect(round).toMatchObject({ state: 'promoted', champion: '1', verdict: 'promote', test: { compared: true } });
    const set = round.test?.set;
    expect(set).toMatchObject({
      modelVersion: '1',
      predictions: 2_500,
      labelled: 2_500,
      completeness: 1,
      heldOut: 0.4,
    });
    expect(set?.rows).toBeGreaterThan(850);
    expect(set?.rows).toBeLessThan(1_150);
    expect(set?.outcomes[0]?.mean).toBeCloseTo(0.7, 1);
    expect(round.params.from).toBe(set?.window?.start);
    const decision = round.gate?.decision ?? '';
    const { evidence, checks } = await call(application, getDecision, { params: { decision } });
    const pair = evidence.candidate.gate?.pairs[0];
    expect(pair).toMatchObject({
      overlap: 1,
      baseline: { evaluation: set?.evaluation, sha256: set?.sha256, rows: set?.rows, window: set?.window },
      paired: { pairs: set?.rows, clusters: { count: expect.any(Number) } },
    });
    expect(checks[0]).toMatchObject({ result: 'passes', n: set?.rows, test: 'Tango score interval' });
    expect(checks[0]?.source).toContain('logged answers of @champion (version 1) from');
    expect(await call(application, replayDecision, { params: { decision } })).toMatchObject({ isSame: true });
    const observed = await call(application, getEvaluation, { params: { evaluation: set?.evaluation ?? '' } });
    expect(observed).toMatchObject({ name: 'trigger-window.observed', window: set?.window });
    const own = await call(application, listEvaluations, { query: { runId: round.candidateRun ?? '' } });
    expect(own.evaluations).toMatchObject([{ name: 'trigger-window', testSet: set?.evaluation, window: set?.window }]);
  });

  it('holds out all predictions about an entity, and trains on none of them', async () => {
    const [test, labelled] = [await lines(exportRoundTestSet), await lines(exportRoundTestSet, { labels: true })];
    const training = await lines(exportRoundTrainingSet);
    expect(Object.keys(test[0] ?? {})).toEqual(['prediction', 'predictedAt', 'entity', 'inputs']);
    expect(labelled.map(({ label }) => label).filter((label) => label !== 0 && label !== 1)).toEqual([]);
    expect(test.length + training.length).toBe(2_500);
    const trained = new Set(training.map(({ entity }) => entity));
    expect(test.filter(({ entity }) => trained.has(entity))).toEqual([]);
  });

  it('refuses answers to other predictions, to a part of them, or twice to one; a null is a wrong answer', async () => {
    const { candidateRun } = await room.round(episodes);
    const examples = await lines(exportRoundTestSet);
    const answers = examples.map(({ prediction }) => ({ prediction, output: 1 as number | null }));
    const send = async (content: readonly unknown[] | string) => {
      const answer = await application.http.inject({
        method: 'PUT',
        url: `/api/v1/retrainings/ranker/rounds/${episodes}/answers/${candidateRun}`,
        headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
        payload: typeof content === 'string' ? content : content.map((one) => JSON.stringify(one)).join('\n'),
      });
      return answer.json<{ code?: string; detail?: string; evaluation?: Evaluation }>();
    };
    const refused = (detail: RegExp) => ({ code: 'test_set_answers_invalid', detail: expect.stringMatching(detail) });
    const other = [...answers, { prediction: 'unknown', output: 1 }];
    expect(await send(other)).toMatchObject(refused(/^1 of \d+ answers are to predictions outside .* "unknown"/));
    expect(await send(answers.slice(1))).toMatchObject(refused(/^1 of \d+ examples have no answer, such as /));
    expect(await send([...answers, answers[0]])).toMatchObject(refused(/is answered several times/));
    expect(await send([{ output: 1 }])).toMatchObject(refused(/^1 lines have no "prediction"/));
    expect(await send('no JSON')).toMatchObject(refused(/^They are no JSON lines/));
    const none = await send(answers.map((one) => ({ ...one, output: null })));
    expect(none.evaluation).toMatchObject({ rows: answers.length, outcomes: [{ outcome: 'accuracy', mean: 0 }] });
  });

  it('has no test set without labels or predictions of the champion, and the gate holds', async () => {
    const empty = await retrain(25);
    expect(empty).toMatchObject({ state: 'not_promoted', verdict: 'hold', test: { set: { evaluation: null } } });
    expect(empty.test?.reason).toMatch(/^No prediction of version \d+ is logged from /);
    const champion = empty.champion ?? '';
    await recordWindow(champion, 30, { rows: 100, unlabelled: 100 });
    expect((await retrain(25)).test?.reason).toMatch(/^None of the 100 predictions of version .* has a label\.$/);
    await recordWindow(champion, 30, { rows: 400, unlabelled: 300 });
    const partly = await retrain(25);
    expect(partly.test?.reason).toMatch(
      /have a label; 95 % are required until the time for labels \(30 days\) is over/,
    );
    const problem = await catchProblem(
      call(application, exportRoundTestSet, { params: { retraining: 'ranker', round: episodes } }),
    );
    expect(problem).toMatchObject({ code: 'test_set_missing', detail: expect.stringContaining('have a label') });
  });
});
