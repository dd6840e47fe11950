import { exportOnnx, onnxNames } from '../onnx/export-onnx.ts';
import { importOnnxRuntime, type OnnxRuntime } from '../onnx/onnx-runtime.ts';
import type { RecommenderModel } from '../training/recommender-model.ts';
import { scoreUser, topItems } from '../training/score.ts';

/** Predicts the top ten items for batches of users, on one thread. */
export interface Predictor extends AsyncDisposable {
  /** Runtime of the model: ONNX Runtime, or this folder's TypeScript scorer where ONNX Runtime is not installed. */
  readonly runtime: 'onnxruntime' | 'typescript';
  /** Item indices, row-major [users.length, 10], best first per user; int64 in and out, as the ONNX model has it. */
  predict(users: BigInt64Array): Promise<BigInt64Array>;
}

const LIST_LENGTH = 10;

/** The fastest predictor this machine has; `onnx: null` forces the TypeScript scorer. */
export async function createPredictor(
  model: RecommenderModel,
  options: { onnx?: Uint8Array | null } = {},
): Promise<Predictor> {
  const runtime = options.onnx === null ? null : await importOnnxRuntime();
  if (runtime === null) return typescriptPredictor(model);
  return await onnxPredictor(runtime, options.onnx ?? exportOnnx(model));
}

async function onnxPredictor(runtime: OnnxRuntime, onnx: Uint8Array): Promise<Predictor> {
  const session = await runtime.InferenceSession.create(onnx, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  });
  return {
    runtime: 'onnxruntime',
    predict: async (users) => {
      const feeds = { [onnxNames.input]: new runtime.Tensor('int64', users, [users.length]) };
      const output = (await session.run(feeds))[onnxNames.itemsOutput];
      if (!(output?.data instanceof BigInt64Array))
        throw new TypeError('the model did not answer with int64 item indices');
      return output.data;
    },
    [Symbol.asyncDispose]: async () => await session.release(),
  };
}

function typescriptPredictor(model: RecommenderModel): Predictor {
  const scores = new Float64Array(model.itemCount);
  return {
    runtime: 'typescript',
    predict: async (users) => {
      const answer = new BigInt64Array(users.length * LIST_LENGTH);
      users.forEach((user, row) => {
        scoreUser(model, Number(user), scores);
        answer.set(BigInt64Array.from(topItems(scores, LIST_LENGTH), BigInt), row * LIST_LENGTH);
      });
      return answer;
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
