import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createRandom } from '../random/xoshiro.ts';
import { createPredictor } from '../serving-cost/predictor.ts';
import type { RecommenderModel } from '../training/recommender-model.ts';
import { scoreUser, topItems } from '../training/score.ts';
import { exportOnnx, onnxNames } from './export-onnx.ts';
import { mlflowModelFiles } from './mlflow-model.ts';
import { importOnnxRuntime } from './onnx-runtime.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

const runtime = await importOnnxRuntime();
const userCount = 40;
const itemCount = 300;

function randomModel(factorCounts: readonly number[]): RecommenderModel {
  const random = createRandom(factorCounts.length);
  const draw = (length: number) => Float32Array.from({ length }, () => random.normal());
  const blocks = factorCounts.map((factorCount) => ({
    factorCount,
    userFactors: draw(userCount * factorCount),
    itemFactors: draw(itemCount * factorCount),
  }));
  return { name: 'random', userCount, itemCount, blocks };
}

describe('the protobuf writer', () => {
  test('writes the examples of the encoding guide', () => {
    expect([...new ProtobufWriter().integer(1, 150).finish()]).toEqual([0x08, 0x96, 0x01]);
    expect([...new ProtobufWriter().string(2, 'testing').finish()]).toEqual([0x12, 7, ...Buffer.from('testing')]);
    const nested = new ProtobufWriter().message(3, new ProtobufWriter().integer(1, 150));
    expect([...nested.finish()]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
    expect([...new ProtobufWriter().packedIntegers(6, [3, 270, 86942]).finish()]).toEqual([
      0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05,
    ]);
  });

  test('refuses what it cannot write exactly', () => {
    expect(() => new ProtobufWriter().integer(1, -1)).toThrow(RangeError);
    expect(() => new ProtobufWriter().integer(1, 2 ** 60)).toThrow(RangeError);
  });
});

describe.skipIf(runtime === null)('the exported graph (needs onnxruntime-node)', () => {
  test.each([
    ['one block', [16]],
    ['an ensemble', [16, 8, 32]],
  ])('of %s gives the top ten and the scores of the TypeScript scorer', async (_, factorCounts) => {
    if (runtime === null) return;
    const model = randomModel(factorCounts);
    const session = await runtime.InferenceSession.create(exportOnnx(model));
    const users = BigInt64Array.from({ length: userCount }, (_unused, i) => BigInt(i));
    const answer = await session.run({ [onnxNames.input]: new runtime.Tensor('int64', users, [userCount]) });
    expect(answer[onnxNames.itemsOutput]?.dims).toEqual([userCount, 10]);
    const scores = new Float64Array(itemCount);
    for (let user = 0; user < userCount; user++) {
      scoreUser(model, user, scores);
      const expected = topItems(scores, 10);
      expected.forEach((item, rank) => {
        expect(Number(answer[onnxNames.itemsOutput]?.data[user * 10 + rank])).toBe(item);
        expect(Number(answer[onnxNames.scoresOutput]?.data[user * 10 + rank])).toBeCloseTo(scores[item] ?? 0, 3);
      });
    }
    await session.release();
  });

  test('is what the predictor runs, with the same answers as without ONNX Runtime', async () => {
    const model = randomModel([24]);
    await using fast = await createPredictor(model);
    await using plain = await createPredictor(model, { onnx: null });
    expect([fast.runtime, plain.runtime]).toEqual(['onnxruntime', 'typescript']);
    expect(await fast.predict(BigInt64Array.of(3n, 39n))).toEqual(await plain.predict(BigInt64Array.of(3n, 39n)));
  });
});

describe('the MLflow model folder', () => {
  const files = mlflowModelFiles({
    runId: '0123456789abcdef0123456789abcdef',
    modelUuid: 'fedcba9876543210fedcba9876543210',
    createdAt: new Date('2026-03-04T05:06:07.089Z'),
    sizeBytes: 1234,
  });

  test('names the onnx flavor and the pyfunc loader with the file that is there', () => {
    const mlmodel = parse(files.MLmodel ?? '');
    expect(mlmodel.flavors.onnx.data).toBe('model.onnx');
    expect(mlmodel.flavors.python_function).toMatchObject({ loader_module: 'mlflow.onnx', data: 'model.onnx' });
    expect(mlmodel.utc_time_created).toBe('2026-03-04 05:06:07.089000');
    expect(JSON.parse(mlmodel.signature.inputs)).toEqual([
      { name: 'user_index', type: 'tensor', 'tensor-spec': { dtype: 'int64', shape: [-1] } },
    ]);
  });

  test('has every file that MLmodel refers to', () => {
    expect(Object.keys(files).sort()).toEqual(['MLmodel', 'conda.yaml', 'python_env.yaml', 'requirements.txt']);
  });
});
