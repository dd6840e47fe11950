export type { Predicted, Request } from './predicted.ts';
export { type Body, type Codec, type Headers, isRecord, jsonBody, mediaTypeOf } from './protocols/codec.ts';
export { mlflowCodec } from './protocols/mlflow.ts';
export { codecs, type Spoken, type Target, targetOf } from './protocols/target.ts';
export { kserveV1Codec, v1Codec } from './protocols/v1.ts';
export { binaryRequest, v2Codec } from './protocols/v2.ts';
export { boundInputs, boundOutputs } from './tensors/bind.ts';
export { type Given, givenTensor } from './tensors/given.ts';
export { halfToNumber } from './tensors/half.ts';
export { markedNumber, parseJson, utf8Text } from './tensors/json-values.ts';
export { badAnswer, badRequest, ClientGone, ServingProblem } from './tensors/problem.ts';
export {
  allKnown,
  type Datatype,
  datatypes,
  elementsIn,
  isBytes,
  type ModelSpec,
  type Tensor,
  type TensorData,
  type TensorSpec,
  zeros,
} from './tensors/tensor.ts';
