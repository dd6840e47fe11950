import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { JournaledRow } from '../../../platform/journal/index.ts';
import { hour, openGround } from '../../monitoring/room.testing.ts';
import { MonitorSpec } from '../../monitors/schema.ts';
import type { LiveScoresQuestion } from './question.ts';
import { readLiveScores } from './read.ts';

const classes = MonitorSpec.parse({
  model: 'm',
  labels: { withinDays: 1 },
  quality: { kind: 'classification', positive: 'yes' },
});
const [main, next] = [
  { model: 'm', version: '1', variant: 'main' },
  { model: 'm', version: '2', variant: 'next' },
];

let ground: Awaited<ReturnType<typeof openGround>>;
/** Each test has another endpoint. */
let endpoint: string;
let tests = 0;
beforeAll(async () => {
  ground = await openGround('sqlite');
});
afterAll(() => ground.dispose());
beforeEach(() => {
  tests += 1;
  endpoint = `e${tests}`;
});

type Arm = typeof main;

function answer(id: string, { model, version, variant }: Arm, output: unknown, more: JournaledRow = {}): JournaledRow {
  const at = { predictedAt: hour(1), recordedAt: hour(1) };
  const served = { prediction: `${endpoint}-${id}`, model, modelVersion: version, variant, endpoint, ...at };
  return { ...served, inputs: '{}', output: JSON.stringify(output), ...more };
}

const predict = (...rows: JournaledRow[]) => ground.opened.predictions.append(rows);
const copy = (...rows: JournaledRow[]) => ground.opened.shadows.append(rows);
const label = (id: string, value: unknown, more: JournaledRow = {}) =>
  ground.opened.labels.append([
    {
      ...{ model: 'm', prediction: `${endpoint}-${id}`, observedAt: hour(2), recordedAt: hour(2) },
      value: JSON.stringify(value),
      ...more,
    },
  ]);
const labelEntity = (entity: string, value: unknown, observedAt: string) =>
  ground.opened.labels.append([
    { model: 'm', entity, observedAt, recordedAt: observedAt, value: JSON.stringify(value) },
  ]);

const buildQuestion = (more: Partial<LiveScoresQuestion> = {}): LiveScoresQuestion => ({
  ...{ monitor: classes, metric: 'accuracy', endpoint, start: hour(0), end: hour(24), knownAt: hour(100) },
  ...{ arms: { baseline: main, candidate: next }, design: 'pairs' },
  ...more,
});
const read = (more: Partial<LiveScoresQuestion> = {}) => readLiveScores(ground.opened, buildQuestion(more));

it('pairs the answers of both arms to one request by its id, whichever the client got', async () => {
  await predict(answer('a', main, 'yes'), answer('b', main, 'no'), answer('c', next, 'yes'), answer('d', main, 'yes'));
  await copy(answer('a', next, 'yes'), answer('b', next, 'yes'), answer('c', main, 'no'));
  for (const id of ['a', 'b', 'c', 'd']) await label(id, 'yes');
  expect(await read()).toMatchObject({
    design: 'pairs',
    clusterCount: 3,
    pairs: { n: 3, withoutLabel: 0, unscored: 0 },
    counts: { both: 1, onlyCandidate: 2, onlyBaseline: 0, neither: 0 },
    arms: { baseline: { predictions: 3, labelled: 3, completeness: 1 }, candidate: { predictions: 1, labelled: 1 } },
  });
});

it('sums the pairs of an entity, whose labels are joined as the monitor joins them', async () => {
  const of = (entity: string, hours: number) => ({ entity: `${endpoint}-${entity}`, predictedAt: hour(hours) });
  await predict(
    answer('a', main, 'no', of('ada', 1)),
    answer('b', main, 'yes', of('ada', 3)),
    answer('c', main, 'no', of('bob', 1)),
  );
  await copy(
    answer('a', next, 'yes', of('ada', 1)),
    answer('b', next, 'yes', of('ada', 3)),
    answer('c', next, 'no', of('bob', 1)),
  );
  await labelEntity(`${endpoint}-ada`, 'yes', hour(2));
  await labelEntity(`${endpoint}-ada`, 'yes', hour(4));
  // Later than `withinDays` allows.
  await labelEntity(`${endpoint}-bob`, 'no', hour(40));
  const scores = await read();
  expect(scores).toMatchObject({ pairs: { n: 2, withoutLabel: 1 }, arms: { baseline: { completeness: 2 / 3 } } });
  expect(scores).toMatchObject({ clusters: [{ n: 2, baseline: 1, candidate: 2 }], clusterCount: 1 });
});

it('reads the rows of a batch as pairs of their own', async () => {
  await predict(answer('batch-0', main, 'yes'), answer('batch-1', main, 'no'));
  await copy(answer('batch-0', next, 'no'), answer('batch-1', next, 'no'));
  await label('batch-0', 'yes');
  await label('batch-1', 'no');
  expect(await read()).toMatchObject({ pairs: { n: 2 }, counts: { both: 1, onlyBaseline: 1 }, clusterCount: 2 });
});

it('counts a late label from the time that it is known', async () => {
  await predict(answer('a', main, 'yes'));
  await copy(answer('a', next, 'no'));
  await label('a', 'no', { recordedAt: hour(50) });
  expect(await read({ knownAt: hour(49) })).toMatchObject({
    pairs: { n: 0, withoutLabel: 1 },
    arms: { baseline: { labelled: 0, completeness: 0 }, candidate: { predictions: 0, completeness: null } },
  });
  expect(await read()).toMatchObject({ pairs: { n: 1, withoutLabel: 0 }, counts: { onlyCandidate: 1 } });
});

it('tells arms of one version apart by their variants', async () => {
  const [large, small] = ['large', 'small'].map((variant) => ({ model: 'm', version: '1', variant }));
  const arms = { baseline: { ...main, variant: 'large' }, candidate: { ...main, variant: 'small' } };
  await predict(answer('a', { ...main, ...large }, 'yes'), answer('b', { ...main, ...small }, 'yes'));
  await copy(answer('a', { ...main, ...small }, 'no'), answer('a', { ...main, variant: 'third' }, 'yes'));
  await label('a', 'yes');
  await label('b', 'yes');
  expect(await read({ arms })).toMatchObject({ pairs: { n: 1 }, counts: { onlyBaseline: 1 } });
  expect(await read({ arms, design: 'arms' })).toMatchObject({
    totals: { baseline: { n: 1, sum: 1 }, candidate: { n: 1, sum: 1 } },
  });
});

it('takes a copy that was stored twice once, and the first record of a prediction', async () => {
  await predict(answer('a', main, 'yes'), answer('a', next, 'no', { predictedAt: hour(3), recordedAt: hour(3) }));
  await copy(answer('a', next, 'no'), answer('a', next, 'no', { recordedAt: hour(2) }));
  await copy(answer('a', main, 'yes', { predictedAt: hour(3), recordedAt: hour(3) }));
  await label('a', 'yes');
  expect(await read()).toMatchObject({ pairs: { n: 1 }, counts: { onlyBaseline: 1 } });
});

it('sums the predictions of each arm by entity, and counts entities that both arms answered', async () => {
  const of = (entity: string) => ({ entity: `${endpoint}-${entity}` });
  await predict(
    ...[answer('a', main, 'yes', of('ada')), answer('b', main, 'no', of('ada')), answer('c', next, 'yes', of('bob'))],
    ...[answer('d', next, 'no', of('ada')), answer('e', next, 'no'), answer('f', { ...next, version: '3' }, 'yes')],
  );
  for (const id of ['a', 'b', 'c', 'd']) await label(id, 'yes');
  const scores = await read({ design: 'arms' });
  expect(scores).toMatchObject({
    ...{ design: 'arms', clusterCount: 2, sharedClusters: 1 },
    totals: { baseline: { n: 2, sum: 1 }, candidate: { n: 2, sum: 1 } },
    arms: { candidate: { predictions: 3, labelled: 2, completeness: 2 / 3 } },
  });
  const clusters = scores.design === 'arms' ? scores.clusters.map(({ arm, n, sum }) => `${arm} ${n} ${sum}`) : [];
  expect(clusters.toSorted()).toEqual(['baseline 2 1', 'candidate 1 0', 'candidate 1 1']);
});

it('compares with another model, whose predictions may have labels of either model', async () => {
  const other = { model: 'n', version: '7', variant: 'next' };
  await predict(answer('a', main, 'yes'), answer('b', other, 'yes'), answer('c', other, 'no'));
  await copy(answer('a', other, 'no'), answer('b', main, 'no'), answer('c', main, 'no'));
  await label('a', 'yes');
  await label('b', 'yes');
  await label('c', 'no', { model: 'n' });
  const arms = { baseline: main, candidate: other };
  expect(await read({ arms })).toMatchObject({
    pairs: { n: 3, withoutLabel: 0 },
    counts: { both: 1, onlyBaseline: 1, onlyCandidate: 1 },
    arms: { candidate: { predictions: 2, labelled: 2 } },
  });
});

it('compares with a cascade, whose answers have the model and version of the stage that gave them', async () => {
  const [small, large] = [
    { model: 'n', version: '4', variant: 'thrifty' },
    { model: 'm', version: '1', variant: 'thrifty' },
  ];
  await predict(
    answer('a', main, 'yes'),
    answer('b', main, 'yes'),
    answer('c', small, 'yes'),
    answer('d', large, 'no'),
  );
  await copy(answer('a', small, 'no'), answer('b', large, 'yes'), answer('c', main, 'no'), answer('d', main, 'no'));
  for (const id of ['a', 'b', 'c', 'd']) await label(id, 'yes');
  const candidate = { model: 'm', otherModels: ['n'], version: null, variant: 'thrifty' };
  expect(await read({ arms: { baseline: main, candidate } })).toMatchObject({
    counts: { both: 1, onlyBaseline: 1, onlyCandidate: 1, neither: 1 },
    arms: { baseline: { predictions: 2 }, candidate: { predictions: 2 } },
  });
});

it('has means without counts for metrics that are no share', async () => {
  const monitor = MonitorSpec.parse({ model: 'm', quality: { kind: 'ranking', k: 2 } });
  await predict(answer('a', main, ['x', 'y']));
  await copy(answer('a', next, ['y', 'z']));
  await label('a', ['x', 'y']);
  const scores = await read({ monitor, metric: 'recall@2' });
  expect(scores).toMatchObject({ counts: null, clusters: [{ n: 1, baseline: 1, candidate: 0.5 }] });
});

it('leaves out pairs of which one answer has no score, and counts them', async () => {
  const monitor = MonitorSpec.parse({ model: 'm', quality: { kind: 'regression' } });
  await predict(answer('a', main, 1), answer('b', main, 2));
  await copy(answer('a', next, 'no number'), answer('b', next, 4));
  await label('a', 1);
  await label('b', 3);
  const scores = await read({ monitor, metric: 'mae' });
  expect(scores).toMatchObject({ pairs: { n: 1, unscored: 1 }, clusters: [{ n: 1, baseline: 1, candidate: 1 }] });
});

it('keeps the same part of very many clusters for each question, and counts them all', async () => {
  const ids = Array.from({ length: 20 }, (_, at) => `p${at}`);
  await predict(...ids.map((id) => answer(id, main, 'yes')));
  await copy(...ids.map((id) => answer(id, next, 'no')));
  for (const id of ids) await label(id, 'yes');
  const thin = () => readLiveScores(ground.opened, buildQuestion(), 5);
  const scores = await thin();
  expect(scores).toMatchObject({ clusterCount: 20, pairs: { n: 20 }, counts: { onlyBaseline: 20 } });
  expect(scores.design === 'pairs' ? scores.clusters.length : null).toBe(5);
  expect(await thin()).toEqual(scores);
});

it.each<[string, Partial<LiveScoresQuestion>, string]>([
  ['a metric that the monitor does not measure', { metric: 'mae' }, 'its metrics: accuracy, precision, recall, f1'],
  ['a metric without a score for each prediction', { metric: 'f1' }, 'not a mean of one score for each prediction'],
  ['pairs of precision', { metric: 'precision' }, 'use recall or accuracy'],
  [
    'an arm of all versions without a variant',
    { arms: { baseline: main, candidate: { ...next, version: null, variant: null } } },
    'name two variants',
  ],
  ['two arms of one version', { arms: { baseline: main, candidate: { ...main, variant: null } } }, 'name two variants'],
])('answers a reason for %s', async (_what, more, reason) => {
  expect(await read(more)).toEqual({ design: 'none', reason: expect.stringContaining(reason) });
});
