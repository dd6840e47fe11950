import { z } from 'zod';
import { readYaml } from '../../../platform/yaml/index.ts';
import { type Datatype, datatypes, isFullyKnown, type ModelSpec, type TensorSpec } from '../../inference/index.ts';
import { UNKNOWN_SPEC } from './specs.ts';

/** Content of an MLmodel file, read as data; nothing in it is ever executed. */
export interface MlModel {
  /** Path of the `.onnx` file next to it; null where the model has no such flavor. */
  readonly onnxFile: string | null;
  readonly spec: ModelSpec;
}

const MlModelFile = z.looseObject({
  flavors: z.record(z.string(), z.unknown()).default({}),
  signature: z.looseObject({ inputs: z.string().nullish(), outputs: z.string().nullish() }).nullish(),
});
const OnnxFlavor = z.looseObject({ data: z.string() });

/** Far more than any signature needs, and no bombs of references. */
const MOST_ALIASES = 10;

/** null where the text is no MLmodel file. */
export async function readMlModel(text: string): Promise<MlModel | null> {
  const documents = await readYaml(text).catch(() => []);
  const file = MlModelFile.safeParse(parseOrNull(() => documents[0]?.toJS({ maxAliasCount: MOST_ALIASES })));
  if (!file.success || documents.length > 1) return null;
  const { flavors, signature } = file.data;
  const onnx = OnnxFlavor.safeParse(flavors.onnx);
  return {
    onnxFile: onnx.success ? onnx.data.data : null,
    spec: buildModelSpec(signature?.inputs, signature?.outputs),
  };
}

function parseOrNull(parsing: () => unknown): unknown {
  try {
    return parsing();
  } catch {
    return null;
  }
}

const TensorItem = z.looseObject({
  type: z.literal('tensor'),
  name: z.string().optional(),
  'tensor-spec': z.looseObject({ dtype: z.string(), shape: z.array(z.number().int()) }),
});
const ColumnItem = z.looseObject({ type: z.string(), name: z.string().optional() });
const Items = z.array(z.union([TensorItem, ColumnItem]));

const COLUMN_TYPES: Readonly<Record<string, Datatype>> = {
  double: 'FP64',
  float: 'FP32',
  integer: 'INT32',
  long: 'INT64',
  string: 'BYTES',
  boolean: 'BOOL',
};

function buildModelSpec(inputs: string | null | undefined, outputs: string | null | undefined): ModelSpec {
  const taken = parseItems(inputs);
  if (taken === null) return { ...UNKNOWN_SPEC, outputs: toTensors(parseItems(outputs), 'predictions') };
  const isTable = taken.every(({ type }) => type !== 'tensor');
  return {
    layout: isTable ? 'columns' : 'tensors',
    inputs: toTensors(taken, 'inputs'),
    outputs: toTensors(parseItems(outputs), 'predictions'),
  };
}

function parseItems(text: string | null | undefined): z.infer<typeof Items> | null {
  const items = Items.safeParse(typeof text === 'string' ? parseOrNull(() => JSON.parse(text)) : null);
  return items.success && items.data.length > 0 ? items.data : null;
}

/** null where one of them is of a type that no protocol has; a lone one without a name is called `lone`. */
function toTensors(items: z.infer<typeof Items> | null, lone: string): TensorSpec[] | null {
  if (items === null) return null;
  return isFullyKnown(
    items.map((item, at) => {
      const name = item.name ?? (at === 0 ? lone : `${lone}-${at}`);
      const tensor = TensorItem.safeParse(item);
      if (!tensor.success) return { name, datatype: COLUMN_TYPES[item.type], shape: [-1] };
      const { dtype, shape } = tensor.data['tensor-spec'];
      return { name, datatype: parseNumpyType(dtype), shape, ...(item.name === undefined ? { anyName: true } : {}) };
    }),
  );
}

/** `float32` -> `FP32`, `int64` -> `INT64`, `str` and `object` -> `BYTES`. */
function parseNumpyType(dtype: string): Datatype | undefined {
  if (dtype === 'str' || dtype === 'object') return 'BYTES';
  const name = dtype.replace(/^float/, 'fp').toUpperCase();
  return datatypes.find((one) => one === name);
}
