import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openLake } from '../../../platform/lake/index.ts';
import { createRandom } from '../../../platform/numbers/index.ts';
import { HOUR_MS } from '../../../platform/units/durations.ts';
import { hour, openGround } from '../../monitoring/room.testing.ts';
import { MonitorSpec } from '../../monitors/schema.ts';
import { openPredictions, type Selection } from '../../predictions/index.ts';
import { groupHours, type ScoringProgress } from './scored-parts.ts';
import { type ScoredRows, scoreRows, type Tables } from './scored-rows.ts';

const MODEL = 'ranker';
const ROWS = 80_000;
/** The engine cannot join so many predictions with their labels in one statement within this limit. */
const LITTLE = '48MB';
const REFERENCE = { start: hour(-24 * 11), end: hour(-24 * 9) };
const CLASSES = { kind: 'classification', output: 'answer', positive: 'yes', probability: 'p' };

type Ground = Awaited<ReturnType<typeof openGround>>;

/** Ids that are sent again with another time, labels of entities, corrected labels, labels without a prediction, and an hour with half of all. */
function buildRows() {
  const random = createRandom(23);
  const draw = (below: number) => Math.floor(random() * below);
  const daysAgo = () => hour(-24 * 12 * random());
  const predictions = Array.from({ length: ROWS }, (_, at) => {
    const p = draw(1000) / 1000;
    return {
      ...{ prediction: `p-${at % 50 === 0 ? draw(ROWS) : at}`, model: draw(50) === 0 ? 'another' : MODEL },
      ...{ modelVersion: `${draw(3)}`, predictedAt: at % 2 === 0 ? hour(-200 + random()) : daysAgo() },
      ...{ entity: at % 4 === 0 ? `entity-${draw(500)}` : null, recordedAt: hour(-draw(100)), latencyMs: draw(1000) },
      ...{ inputs: JSON.stringify({ country: draw(9), amount: draw(100) }) },
      ...{ output: JSON.stringify({ answer: p > 0.5 ? 'yes' : 'no', p }) },
    };
  });
  const labels = Array.from({ length: ROWS }, (_, at) => ({
    ...{ model: MODEL, observedAt: daysAgo(), recordedAt: hour(-draw(60)), value: random() < 0.5 ? '"yes"' : '"no"' },
    ...(at % 20 === 0 ? { entity: `entity-${draw(500)}` } : { prediction: `p-${draw(ROWS + 500)}` }),
  }));
  return { predictions, labels };
}

async function fill({ opened }: Ground, { predictions, labels }: ReturnType<typeof buildRows>): Promise<void> {
  for (let from = 0; from < ROWS; from += 10_000) {
    await opened.predictions.append(predictions.slice(from, from + 10_000));
    await opened.labels.append(labels.slice(from, from + 10_000));
  }
  await opened.predictions.settle();
  await opened.labels.settle();
}

/** The same tables, read by an engine with little memory. */
async function openWithLittle({ ground, folder }: Ground) {
  const [root, journals] = [join(folder, 'lake'), join(folder, 'journals')];
  const lake = await openLake({ root, readable: [journals], memory: LITTLE, threads: 2 });
  const opened = await openPredictions({ ...ground, lake, folder: journals, fsync: 'interval' });
  onTestFinished(async () => {
    await opened[Symbol.asyncDispose]();
    await lake[Symbol.asyncDispose]();
  });
  return opened;
}

/** Digest of the scored rows, whatever their order. */
async function digest({ session, relation, facts, isByTime }: ScoredRows, columns: string) {
  const [rows] = await session.query(`SELECT count(*)::INTEGER AS rows, count(label)::INTEGER AS labels,
    bit_xor(hash(${columns}))::VARCHAR AS digest FROM ${relation} scored`);
  return { rows, isByTime, unmatched: facts.unmatchedLabels, estimation: facts.estimation };
}

it('scores more rows than the engine has memory for, as it scores them with more memory', async () => {
  const ground = await openGround('sqlite');
  onTestFinished(ground.dispose);
  await fill(ground, buildRows());
  const [little, enough] = [await openWithLittle(ground), ground.opened];
  const classes = { model: MODEL, quality: CLASSES, estimate: { reference: REFERENCE }, labels: { withinDays: 7 } };
  const ask = async (opened: Tables, spec: object, selection: Partial<Selection>) => {
    const progress: ScoringProgress[] = [];
    const scoring = { spec: MonitorSpec.parse(spec), selection: { model: MODEL, knownAt: hour(-5), ...selection } };
    const columns =
      'prediction, predictedAt, modelVersion, output, inputs, label, labelledAt, isLabelled, score0, term0, draw';
    const found = await scoreRows(
      opened,
      { ...scoring, withInputs: true, onProgress: (one) => progress.push(one) },
      (scored) => digest(scored, columns),
    );
    return { ...found, progress };
  };
  const selections: Partial<Selection>[] = [{}, { modelVersion: '1', start: hour(-24 * 9), end: hour(-24 * 2) }];
  for (const selection of selections) {
    const [inParts, whole] = [await ask(little, classes, selection), await ask(enough, classes, selection)];
    expect(inParts.progress.length, JSON.stringify(selection)).toBeGreaterThan(0);
    expect(whole.progress).toEqual([]);
    expect(inParts.rows?.rows).toBeGreaterThan(3_000);
    expect({ ...inParts, ...{ progress: [], isByTime: false } }).toEqual(whole);
  }
});

it('divides hours into parts, and an hour with too many rows into shares of its ids', () => {
  const hours = [3, 4, 17, 2].map((rows, at) => ({ at: at * HOUR_MS, rows }));
  expect(
    groupHours(hours, 8).map(({ fromMs, untilMs, ...share }) => ({
      ...share,
      hours: [fromMs, untilMs].map((ms) => ms / HOUR_MS),
    })),
  ).toEqual([
    { hours: [0, 2], share: 0, shares: 1, rows: 7 },
    ...[0, 1, 2].map((share) => ({ hours: [2, 3], share, shares: 3, rows: 6 })),
    { hours: [3, 4], share: 0, shares: 1, rows: 2 },
  ]);
  expect(groupHours([], 8)).toEqual([]);
});
