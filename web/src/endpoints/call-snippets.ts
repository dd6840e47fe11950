import { z } from 'zod';

/** Inputs of a model, as Open Inference Protocol v2 describes them. */
export const ModelInputs = z.object({
  inputs: z.array(z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number()) })),
});
export type ModelInputs = z.infer<typeof ModelInputs>;

export const PROTOCOLS = [
  { value: 'mlflow', label: 'MLflow' },
  { value: 'v1', label: 'TensorFlow Serving, KServe v1' },
  { value: 'v2', label: 'Open Inference v2' },
] as const;
export type Protocol = (typeof PROTOCOLS)[number]['value'];

interface Called {
  /** Address of the endpoint, `https://host/serve/ranker`. */
  readonly url: string;
  readonly model: string;
  /** null while they are not known. */
  readonly inputs: ModelInputs['inputs'] | null;
  /** True if the snippet includes a token. */
  readonly token: boolean;
}

type Tensor = ModelInputs['inputs'][number];
const UNKNOWN: readonly Tensor[] = [{ name: 'x', datatype: 'FP32', shape: [1, 2] }];
/** Largest example input that is still readable. */
const MOST_VALUES = 64;

/** A curl line that calls an endpoint by a protocol, with an input of the shape that the model takes. */
export function buildCurl(protocol: Protocol, called: Called): string {
  const tensors = called.inputs ?? UNKNOWN;
  const path =
    protocol === 'mlflow'
      ? 'invocations'
      : protocol === 'v1'
        ? `v1/models/${called.model}:predict`
        : `v2/models/${called.model}/infer`;
  const [first] = tensors;
  const values =
    tensors.length === 1 && first !== undefined
      ? buildExample(first)
      : Object.fromEntries(tensors.map((tensor) => [tensor.name, buildExample(tensor)]));
  const body = protocol === 'v2' ? { inputs: tensors.map(v2Tensor) } : { inputs: values };
  return [
    `curl ${called.url}/${encodeURI(path)}`,
    ...(called.token ? ['  -H "authorization: Bearer $STEELYARD_TOKEN"'] : []),
    "  -H 'content-type: application/json'",
    `  -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`,
  ].join(' \\\n');
}

function v2Tensor(tensor: Tensor) {
  const shape = listSizes(tensor);
  const length = shape.reduce((product, size) => product * size, 1);
  return {
    name: tensor.name,
    datatype: tensor.datatype,
    shape,
    data: Array.from({ length }, () => exampleValue(tensor)),
  };
}

function buildExample(tensor: Tensor): unknown {
  const fill = (sizes: readonly number[]): unknown => {
    const [size, ...rest] = sizes;
    return size === undefined ? exampleValue(tensor) : Array.from({ length: size }, () => fill(rest));
  };
  return fill(listSizes(tensor));
}

/** Free dimensions are 1; of a very large tensor a part is shown. */
function listSizes({ shape }: Tensor): number[] {
  let left = MOST_VALUES;
  return shape.map((size) => {
    const kept = Math.max(1, Math.min(size, left));
    left = Math.floor(left / kept);
    return kept;
  });
}

function exampleValue({ datatype }: Tensor): unknown {
  if (datatype === 'BYTES') return 'text';
  if (datatype === 'BOOL') return true;
  return datatype.startsWith('FP') || datatype.startsWith('BF') ? 0.5 : 1;
}
