import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { migrations } from '../../src/app/migrations.ts';
import { openPredictions } from '../../src/mlops/predictions/index.ts';
import type { JournaledRow } from '../../src/platform/journal/index.ts';
import { openLake } from '../../src/platform/lake/index.ts';
import { openObjects } from '../../src/platform/objects/index.ts';
import { openStore } from '../../src/platform/store/index.ts';
import { createTelemetry } from '../../src/platform/telemetry/index.ts';
import { DAY_MS, HOUR_MS } from '../../src/platform/units/durations.ts';

const MODEL = 'fraud-scoring';
const DAYS = 400;
const BATCH = 10_000;
/** Predictions in the journal before they are settled into the lake, which limits the space on the disk. */
const SETTLED_AT_ONCE = 1_000_000;
const COUNTRIES = 12;
/** One in this many predictions has no label yet. */
const UNLABELLED = 20;

/** Monitor of the predictions. */
export const MONITOR = {
  apiVersion: 'steelyard/v1',
  kind: 'Monitor',
  metadata: { name: MODEL },
  spec: { model: MODEL, quality: { kind: 'classification', output: 'answer', positive: 'yes', probability: 'p' } },
};

/** Writes predictions of the last 400 days with their labels into a data folder that no server uses. */
export async function fillPredictions(data: string, count: number): Promise<void> {
  const [root, journals] = [join(data, 'lake'), join(data, 'journals')];
  mkdirSync(journals, { recursive: true });
  const log = pino({ level: 'error' }, pino.destination(2));
  const clock = { now: () => Date.now() };
  await using store = await openStore({ database: 'sqlite', folder: data });
  await store.migrate(migrations);
  await using lake = await openLake({ root, readable: [join(data, 'objects'), journals], memory: '1GB', threads: 2 });
  await using objects = await openObjects(join(data, 'objects'));
  const ground = { store, lake, objects, clock, log, telemetry: createTelemetry() };
  await using opened = await openPredictions({ ...ground, folder: journals, fsync: 'interval' });
  const { predictions, labels } = opened;
  const start = Date.now() - DAYS * DAY_MS;
  const stepMs = ((DAYS - 1) * DAY_MS) / count;
  for (let from = 0; from < count; from += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, count - from) }, (_, at) => from + at);
    await predictions.append(numbers.map((number) => buildPrediction(number, start + number * stepMs)));
    const labelled = numbers.filter((number) => number % UNLABELLED !== 0);
    await labels.append(labelled.map((number) => buildLabel(number, start + number * stepMs)));
    const isLast = from + BATCH >= count;
    if (!isLast && (from + BATCH) % SETTLED_AT_ONCE !== 0) continue;
    await predictions.settle();
    await labels.settle();
  }
  await predictions.compact();
  await labels.compact();
}

/** A number from 0 to 1 that follows from another. */
function draw(number: number, stream: number): number {
  const mixed = Math.imul(number ^ (stream * 0x9e3779b9), 0x85ebca6b);
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32;
}

function drawProbability(number: number): number {
  return Math.round(draw(number, 99) * 1000) / 1000;
}

function buildPrediction(number: number, at: number): JournaledRow {
  const predictedAt = new Date(Math.floor(at)).toISOString();
  const p = drawProbability(number);
  const inputs = { amount: Math.floor(draw(number, 1) * 1e6) / 100, country: `country-${number % COUNTRIES}` };
  return {
    ...{ prediction: `prediction-${number}`, model: MODEL, modelVersion: '1', predictedAt, recordedAt: predictedAt },
    inputs: JSON.stringify(inputs),
    output: JSON.stringify({ answer: p >= 0.5 ? 'yes' : 'no', p }),
    latencyMs: Math.round(draw(number, 7) * 40_000) / 1000,
  };
}

function buildLabel(number: number, at: number): JournaledRow {
  const observedAt = new Date(Math.floor(at) + 3 * HOUR_MS).toISOString();
  return {
    ...{ model: MODEL, prediction: `prediction-${number}`, observedAt, recordedAt: observedAt },
    value: JSON.stringify(draw(number, 55) < drawProbability(number) ? 'yes' : 'no'),
  };
}
