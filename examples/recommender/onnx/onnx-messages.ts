import { ProtobufWriter } from './protobuf-writer.ts';

/**
 * Builders of the ONNX messages that a scoring graph needs. Field numbers are those of onnx.proto3 (IR version 8, ONNX
 * 1.12..1.13; https://github.com/onnx/onnx/blob/v1.13.0/onnx/onnx.proto3).
 */

/** TensorProto.DataType. */
export const elementTypes = { float: 1, int64: 7 } as const;
export type ElementType = (typeof elementTypes)[keyof typeof elementTypes];

/** A constant of the graph. `data` holds the little-endian elements in row-major order. */
export function tensor(name: string, type: ElementType, dims: readonly number[], data: Uint8Array): ProtobufWriter {
  return new ProtobufWriter().packedIntegers(1, dims).integer(2, type).string(8, name).bytes(9, data);
}

/** A graph input or output. A dimension is a number, or a string where it is free (such as the batch). */
export function valueInfo(name: string, type: ElementType, dims: readonly (number | string)[]): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const dim of dims) {
    const dimension = new ProtobufWriter();
    shape.message(1, typeof dim === 'number' ? dimension.integer(1, dim) : dimension.string(2, dim));
  }
  const tensorType = new ProtobufWriter().integer(1, type).message(2, shape);
  return new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(1, tensorType));
}

export interface NodeOptions {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integer attributes such as `axis`. */
  readonly attributes?: Readonly<Record<string, number>>;
}

const ATTRIBUTE_TYPE_INT = 2;

/** One operation of the graph. */
export function node(options: NodeOptions): ProtobufWriter {
  const message = new ProtobufWriter();
  for (const input of options.inputs) message.string(1, input);
  for (const output of options.outputs) message.string(2, output);
  message.string(3, `${options.operator}:${options.outputs[0] ?? ''}`).string(4, options.operator);
  for (const [name, value] of Object.entries(options.attributes ?? {})) {
    message.message(5, new ProtobufWriter().string(1, name).integer(3, value).integer(20, ATTRIBUTE_TYPE_INT));
  }
  return message;
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly ProtobufWriter[];
  readonly initializers: readonly ProtobufWriter[];
  readonly inputs: readonly ProtobufWriter[];
  readonly outputs: readonly ProtobufWriter[];
}

export const IR_VERSION = 8;
export const OPSET_VERSION = 17;

/** A whole ModelProto: the bytes of an `.onnx` file. */
export function model(graph: Graph, metadata: Readonly<Record<string, string>>): Uint8Array {
  const graphMessage = new ProtobufWriter();
  for (const item of graph.nodes) graphMessage.message(1, item);
  graphMessage.string(2, graph.name);
  for (const item of graph.initializers) graphMessage.message(5, item);
  for (const item of graph.inputs) graphMessage.message(11, item);
  for (const item of graph.outputs) graphMessage.message(12, item);
  const message = new ProtobufWriter()
    .integer(1, IR_VERSION)
    .string(2, 'steelyard-recommender-example')
    .string(3, '1')
    .message(7, graphMessage)
    .message(8, new ProtobufWriter().string(1, '').integer(2, OPSET_VERSION));
  for (const [key, value] of Object.entries(metadata)) {
    message.message(14, new ProtobufWriter().string(1, key).string(2, value));
  }
  return message.finish();
}
