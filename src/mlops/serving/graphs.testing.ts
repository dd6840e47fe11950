import { elementTypes, model, node, tensor, valueInfo } from '../../../examples/recommender/onnx/onnx-messages.ts';
import { ProtobufWriter } from '../../../examples/recommender/onnx/protobuf-writer.ts';

const { float, int64 } = elementTypes;

function floats(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** `score = x · weights`: x is FP32 [rows, weights], score FP32 [rows, 1]. */
export function linearGraph(weights: readonly number[]): Uint8Array {
  return model(
    {
      name: 'linear',
      nodes: [node({ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['score'] })],
      initializers: [tensor('w', float, [weights.length, 1], floats(weights))],
      inputs: [valueInfo('x', float, ['rows', weights.length])],
      outputs: [valueInfo('score', float, ['rows', 1])],
    },
    {},
  );
}

/** Takes `x`, FP32 [rows], and an INT64 [] `turns`; goes round so often, and answers x as `y`. A great number hangs. */
export function loopGraph(): Uint8Array {
  const body = new ProtobufWriter();
  body.message(1, node({ operator: 'Identity', inputs: ['go'], outputs: ['go_on'] }));
  body.message(1, node({ operator: 'Identity', inputs: ['v'], outputs: ['v_next'] }));
  body.string(2, 'body');
  body.message(11, valueInfo('turn', int64, []));
  body.message(11, valueInfo('go', BOOL, []));
  body.message(11, valueInfo('v', float, ['rows']));
  body.message(12, valueInfo('go_on', BOOL, []));
  body.message(12, valueInfo('v_next', float, ['rows']));
  const loop = new ProtobufWriter();
  for (const name of ['turns', '', 'x']) loop.string(1, name);
  loop.string(2, 'y').string(4, 'Loop');
  loop.message(5, new ProtobufWriter().string(1, 'body').message(6, body).integer(20, 5));
  return model(
    {
      name: 'loop',
      nodes: [loop],
      initializers: [],
      inputs: [valueInfo('x', float, ['rows']), valueInfo('turns', int64, [])],
      outputs: [valueInfo('y', float, ['rows'])],
    },
    {},
  );
}

/** Takes INT64 [] `size` and answers so many zeros: with a great number, all memory. */
export function greedyGraph(): Uint8Array {
  return model(
    {
      name: 'greedy',
      nodes: [node({ operator: 'ConstantOfShape', inputs: ['size'], outputs: ['zeros'] })],
      initializers: [],
      inputs: [valueInfo('size', int64, [1])],
      outputs: [valueInfo('zeros', float, ['rows'])],
    },
    {},
  );
}

/** A linear graph with its weights in a separate file, next to the graph or wherever the path leads. */
export function graphWithWeightsAt(location: string): Uint8Array {
  const external = new ProtobufWriter().string(1, 'location').string(2, location);
  const weights = new ProtobufWriter().packedIntegers(1, [2, 1]).integer(2, float).string(8, 'w');
  return model(
    {
      name: 'external',
      nodes: [node({ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['score'] })],
      initializers: [weights.message(13, external).integer(14, 1)],
      inputs: [valueInfo('x', float, ['rows', 2])],
      outputs: [valueInfo('score', float, ['rows', 1])],
    },
    {},
  );
}

/** TensorProto.BOOL, which the example does not need. */
const BOOL = 9 as typeof float;
