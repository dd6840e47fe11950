import { z } from 'zod';
import { type Datatype, datatypes, isFullyKnown, type ModelSpec, type TensorSpec } from '../../inference/index.ts';
import { type Address, probe } from './exchange.ts';

const V2Tensors = z.array(
  z.looseObject({ name: z.string(), datatype: z.enum(datatypes), shape: z.array(z.coerce.number().int()) }),
);
const V2Metadata = z.looseObject({ inputs: V2Tensors, outputs: V2Tensors });

export const UNKNOWN_SPEC: ModelSpec = { layout: 'tensors', inputs: null, outputs: null };

/** Model spec from the metadata of a v2 server. */
export async function fetchV2Spec(address: Address, path: string): Promise<ModelSpec> {
  const said = V2Metadata.safeParse(await fetchJson(address, path));
  return said.success ? { layout: 'tensors', inputs: said.data.inputs, outputs: said.data.outputs } : UNKNOWN_SPEC;
}

const TF_TYPES: Readonly<Record<string, Datatype>> = {
  DT_FLOAT: 'FP32',
  DT_DOUBLE: 'FP64',
  DT_HALF: 'FP16',
  DT_BOOL: 'BOOL',
  DT_STRING: 'BYTES',
  DT_INT8: 'INT8',
  DT_INT16: 'INT16',
  DT_INT32: 'INT32',
  DT_INT64: 'INT64',
  DT_UINT8: 'UINT8',
  DT_UINT16: 'UINT16',
  DT_UINT32: 'UINT32',
  DT_UINT64: 'UINT64',
};

const TfTensors = z.record(
  z.string(),
  z.looseObject({
    dtype: z.string(),
    tensor_shape: z.looseObject({ dim: z.array(z.looseObject({ size: z.coerce.number() })).default([]) }),
  }),
);
const TfMetadata = z.looseObject({
  metadata: z.looseObject({
    signature_def: z.looseObject({
      signature_def: z.looseObject({ serving_default: z.looseObject({ inputs: TfTensors, outputs: TfTensors }) }),
    }),
  }),
});

/** Model spec from the default signature in the metadata of TensorFlow Serving. */
export async function fetchTensorflowSpec(address: Address, path: string): Promise<ModelSpec> {
  const said = TfMetadata.safeParse(await fetchJson(address, path));
  if (!said.success) return UNKNOWN_SPEC;
  const { inputs, outputs } = said.data.metadata.signature_def.signature_def.serving_default;
  return { layout: 'tensors', inputs: toTfTensors(inputs), outputs: toTfTensors(outputs) };
}

function toTfTensors(tensors: z.infer<typeof TfTensors>): TensorSpec[] | null {
  return isFullyKnown(
    Object.entries(tensors).map(([name, { dtype, tensor_shape }]) => ({
      name,
      datatype: TF_TYPES[dtype],
      shape: tensor_shape.dim.map(({ size }) => size),
    })),
  );
}

async function fetchJson(address: Address, path: string): Promise<unknown> {
  const answer = await probe(address, path);
  if (answer?.status !== 200) return null;
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch {
    return null;
  }
}
