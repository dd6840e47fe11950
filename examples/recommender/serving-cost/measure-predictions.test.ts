import { expect, test } from 'vitest';
import type { RecommenderModel } from '../training/recommender-model.ts';
import { measureModels, measurePredictions } from './measure-predictions.ts';

function modelOf(factorCount: number): RecommenderModel {
  const rows = (count: number) => new Float32Array(count * factorCount).map((_, i) => Math.sin(i));
  const block = { factorCount, userFactors: rows(20), itemFactors: rows(2000) };
  return { name: `mf-${factorCount}`, userCount: 20, itemCount: 2000, blocks: [block] };
}

const quick = { secondsPerRepetition: 0.02, warmUpSeconds: 0.01, repetitions: 2 };

test('a measurement counts whole batches and its rate is predictions over busy seconds', async () => {
  const measured = await measurePredictions(modelOf(4), { ...quick, onnx: null, batchSize: 16 });
  expect(measured.runtime).toBe('typescript');
  expect(measured.predictions % 16).toBe(0);
  expect(measured.predictionsPerSecond).toBeCloseTo(measured.predictions / measured.busySeconds, 6);
  expect(measured.p95Ms).toBeGreaterThanOrEqual(measured.p50Ms);
  expect(measured.repetitions).toHaveLength(2);
  expect(measured.busySeconds).toBeLessThanOrEqual((measured.endedAtMs - measured.startedAtMs) / 1000 + 0.001);
});

test('more factors cost more per prediction', async () => {
  const [small, large] = await measureModels([modelOf(4), modelOf(512)], quick);
  expect(large?.predictionsPerSecond).toBeLessThan(small?.predictionsPerSecond ?? 0);
});
