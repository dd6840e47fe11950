import { type RecommenderModel, totalFactors } from '../training/recommender-model.ts';
import { elementTypes, model as modelProto, node, tensor, valueInfo } from './onnx-messages.ts';
import type { ProtobufWriter } from './protobuf-writer.ts';

/** Names of the exported graph's tensors. */
export const onnxNames = { input: 'user_index', itemsOutput: 'item_index', scoresOutput: 'score' } as const;

/**
 * An ONNX model (opset 17, IR 8) that answers "which `topK` items score highest for each of these users?".
 *
 * Input `user_index` int64 [batch]; outputs `item_index` int64 [batch, topK], best first, and `score` float [batch, topK].
 * Per block: Gather(userFactors, user_index) -> MatMul with the transposed item factors; blocks are summed, then TopK.
 * Items a user has already seen are not left out: that set changes by the minute and belongs to the caller, who asks for
 * a larger `topK` and drops them. The result is the content of a `.onnx` file.
 */
export function exportOnnx(model: RecommenderModel, options: { topK?: number } = {}): Uint8Array {
  const topK = options.topK ?? 10;
  const nodes: ProtobufWriter[] = [];
  const initializers: ProtobufWriter[] = [];
  const blockScores = model.blocks.map((block, index) => {
    const names = { users: `users_${index}`, items: `items_${index}`, row: `row_${index}`, scores: `scores_${index}` };
    const { factorCount } = block;
    const itemsTransposed = transpose(block.itemFactors, model.itemCount, factorCount);
    initializers.push(
      tensor(names.users, elementTypes.float, [model.userCount, factorCount], littleEndianFloats(block.userFactors)),
      tensor(names.items, elementTypes.float, [factorCount, model.itemCount], littleEndianFloats(itemsTransposed)),
    );
    nodes.push(
      node({
        operator: 'Gather',
        inputs: [names.users, onnxNames.input],
        outputs: [names.row],
        attributes: { axis: 0 },
      }),
      node({ operator: 'MatMul', inputs: [names.row, names.items], outputs: [names.scores] }),
    );
    return names.scores;
  });
  const summed = blockScores.length === 1 ? (blockScores[0] ?? '') : 'scores';
  if (blockScores.length > 1) nodes.push(node({ operator: 'Sum', inputs: blockScores, outputs: [summed] }));
  initializers.push(tensor('top_k', elementTypes.int64, [1], littleEndianInt64([topK])));
  nodes.push(
    node({
      operator: 'TopK',
      inputs: [summed, 'top_k'],
      outputs: [onnxNames.scoresOutput, onnxNames.itemsOutput],
      attributes: { axis: 1, largest: 1, sorted: 1 },
    }),
  );
  const graph = {
    name: model.name,
    nodes,
    initializers,
    inputs: [valueInfo(onnxNames.input, elementTypes.int64, ['batch'])],
    outputs: [
      valueInfo(onnxNames.itemsOutput, elementTypes.int64, ['batch', topK]),
      valueInfo(onnxNames.scoresOutput, elementTypes.float, ['batch', topK]),
    ],
  };
  return modelProto(graph, { total_factors: String(totalFactors(model)) });
}

function transpose(rows: Float32Array, rowCount: number, columnCount: number): Float32Array {
  const columns = new Float32Array(rows.length);
  for (let row = 0; row < rowCount; row++) {
    for (let column = 0; column < columnCount; column++) {
      columns[column * rowCount + row] = rows[row * columnCount + column] ?? 0;
    }
  }
  return columns;
}

/** ONNX stores raw tensors little-endian; on little-endian machines (all that Node supports today bar s390x) no copy. */
function littleEndianFloats(values: Float32Array): Uint8Array {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setFloat32(i * 4, value, true);
  });
  return bytes;
}

function littleEndianInt64(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setBigInt64(i * 8, BigInt(value), true);
  });
  return bytes;
}
