export type { Predicted, Request } from './predicted.ts';
export { type Body, buildJsonBody, type Codec, type Headers, isRecord, parseMediaType } from './protocols/codec.ts';
export { mlflowCodec } from './protocols/mlflow.ts';
export { codecs, parseTarget, type Target, type WireProtocol } from './protocols/target.ts';
export { kserveV1Codec, v1Codec } from './protocols/v1.ts';
export { buildBinaryRequest, v2Codec } from './protocols/v2.ts';
export { bindInputs, bindOutputs } from './tensors/bind.ts';
export { toGiven, type UntypedTensor } from './tensors/given.ts';
export { halfToNumber } from './tensors/half.ts';
export { decodeUtf8, parseJson, parseMarkedNumber } from './tensors/json-values.ts';
export { buildBadAnswer, buildBadRequest, ClientGone, ServingProblem } from './tensors/problem.ts';
export {
  countElements,
  createZeros,
  type Datatype,
  datatypes,
  isBytes,
  isFullyKnown,
  type ModelSpec,
  type Tensor,
  type TensorData,
  type TensorSpec,
} from './tensors/tensor.ts';
