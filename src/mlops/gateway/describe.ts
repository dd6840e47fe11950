import type { Datatype, Target, TensorSpec } from '../inference/index.ts';
import { type Body, buildJsonBody, ServingProblem } from '../inference/index.ts';
import { type Deployment, type LiveVariant, listRouteVariants } from '../serving/index.ts';
import { selectVariants } from './traffic.ts';

/** Health, readiness and metadata of an endpoint, in the words of each protocol. Errors: `not_found`, `unavailable`. */
export function describeTarget(deployment: Deployment, target: Target): [status: number, body: Body] {
  const { spoken, what, model } = target;
  const { endpoint } = deployment.revision;
  const variants = selectDescribed(deployment, target);
  if (what === 'alive') return [200, buildDescriptionBody({ live: true })];
  if (what === 'ready') return ready(spoken, model, variants);
  if (what === 'version')
    return [200, { contentType: 'text/plain', content: variants.map(({ version }) => version).join(',') }];
  if (what === 'server')
    return [200, buildDescriptionBody({ name: endpoint, version: 'steelyard', extensions: ['binary_tensor_data'] })];
  if (what === 'models') return [200, buildDescriptionBody({ models: listModelNames(variants) })];
  if (what === 'status') return [200, buildDescriptionBody(status(model, variants))];
  return [200, buildDescriptionBody(spoken === 'v2' ? buildV2Metadata(variants) : buildTensorflowMetadata(variants))];
}

/** The variants of a target; of a label that names a route, the variants that it may ask. */
function selectDescribed({ revision, variants, routes }: Deployment, target: Target): LiveVariant[] {
  const route = routes.find(({ name }) => name === target.label);
  const label = route === undefined ? target.label : null;
  const named = selectVariants(revision.endpoint, variants, { ...target, label });
  return route === undefined ? named : listRouteVariants(route).filter((one) => named.includes(one));
}

const buildDescriptionBody = (value: unknown): Body => buildJsonBody(JSON.stringify(value));

/** A set that is scaled to zero counts as ready: the next request starts a replica. */
function isReady({ set }: LiveVariant): boolean {
  const { ready, wanted } = set.state();
  return ready > 0 || wanted === 0;
}

/** The specification names the field of a model's readiness "ready" and shows it as "live": both are there. */
function ready(spoken: Target['spoken'], model: string | null, variants: readonly LiveVariant[]): [number, Body] {
  const all = variants.every(isReady);
  if (!all && spoken === 'mlflow') throw new ServingProblem('unavailable', 'No replica of the model is ready.', 1);
  if (spoken === 'mlflow') return [200, buildJsonBody('\n')];
  return [
    all ? 200 : 503,
    buildDescriptionBody({ ...(model === null ? {} : { name: model }), ready: all, live: true }),
  ];
}

function listModelNames(variants: readonly LiveVariant[]): string[] {
  return [...new Set(variants.map(({ variant }) => variant.model))];
}

/** Model status: one body with the fields of TensorFlow Serving and of KServe v1, which use the same address. */
function status(model: string | null, variants: readonly LiveVariant[]) {
  return {
    name: model,
    ready: variants.every(isReady),
    model_version_status: variants.map((live) => ({
      version: live.version,
      state: isReady(live) ? 'AVAILABLE' : 'LOADING',
      status: { error_code: 'OK', error_message: '' },
    })),
  };
}

/** The first variant describes all: clients send all variants the same requests. */
function requireFirst(variants: readonly LiveVariant[]): LiveVariant {
  const [first] = variants;
  if (first === undefined) throw new ServingProblem('not_found', 'There is no such model.');
  return first;
}

function buildV2Metadata(variants: readonly LiveVariant[]) {
  const { set, variant } = requireFirst(variants);
  const { inputs, outputs } = set.spec();
  return {
    name: variant.model,
    versions: variants.map(({ version }) => version),
    platform: variant.backend === 'onnx' ? 'onnxruntime_onnx' : `steelyard_${set.backend.protocol}`,
    inputs: (inputs ?? []).map(toMetadata),
    outputs: (outputs ?? []).map(toMetadata),
  };
}

const toMetadata = ({ name, datatype, shape }: TensorSpec) => ({ name, datatype, shape });

const TF_TYPES: Readonly<Record<Datatype, string>> = {
  BOOL: 'DT_BOOL',
  UINT8: 'DT_UINT8',
  UINT16: 'DT_UINT16',
  UINT32: 'DT_UINT32',
  UINT64: 'DT_UINT64',
  INT8: 'DT_INT8',
  INT16: 'DT_INT16',
  INT32: 'DT_INT32',
  INT64: 'DT_INT64',
  FP16: 'DT_HALF',
  FP32: 'DT_FLOAT',
  FP64: 'DT_DOUBLE',
  BYTES: 'DT_STRING',
};

function buildTensorflowMetadata(variants: readonly LiveVariant[]) {
  const { set, variant, version } = requireFirst(variants);
  const { inputs, outputs } = set.spec();
  const serving = {
    inputs: toTensorInfo(inputs),
    outputs: toTensorInfo(outputs),
    method_name: 'tensorflow/serving/predict',
  };
  return {
    model_spec: { name: variant.model, signature_name: '', version },
    metadata: { signature_def: { signature_def: { serving_default: serving } } },
  };
}

function toTensorInfo(specs: readonly TensorSpec[] | null) {
  return Object.fromEntries(
    (specs ?? []).map(({ name, datatype, shape }) => [
      name,
      {
        dtype: TF_TYPES[datatype],
        tensor_shape: { dim: shape.map((size) => ({ size: String(size), name: '' })), unknown_rank: false },
        name,
      },
    ]),
  );
}
