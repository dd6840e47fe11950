import { stringify } from 'yaml';
import { onnxNames } from './export-onnx.ts';

export interface MlflowModelOptions {
  /** The MLflow run that trained the model. */
  readonly runId: string;
  readonly modelUuid: string;
  /** When the model was logged. */
  readonly createdAt: Date;
  /** Size of `model.onnx`. */
  readonly sizeBytes: number;
  /** Length of each answered list; default 10. */
  readonly topK?: number;
}

/** Versions the model folder declares: what `mlflow.onnx.load_model` needs on the reader's side. */
const PYTHON_VERSION = '3.11.9';
const REQUIREMENTS = ['mlflow', 'onnx>=1.15', 'onnxruntime>=1.17', 'numpy', 'pandas'];

/**
 * The text files of an MLflow model folder of flavor `onnx`, by name, for upload next to `model.onnx`. Loadable as
 * `mlflow.onnx.load_model` (the ModelProto) and as `mlflow.pyfunc.load_model` (a tensor `user_index` int64 [batch] in;
 * a dict of `item_index` and `score` out). Written as YAML 1.1, which is what PyYAML reads. Layout of MLflow 2.x and
 * 3.x: mlflow/onnx/__init__.py, `save_model`.
 */
export function mlflowModelFiles(options: MlflowModelOptions): Record<string, string> {
  return {
    MLmodel: stringify(mlmodel(options), { lineWidth: 0, version: '1.1' }),
    'requirements.txt': `${REQUIREMENTS.join('\n')}\n`,
    'python_env.yaml': stringify({
      python: PYTHON_VERSION,
      build_dependencies: ['pip', 'setuptools', 'wheel'],
      dependencies: ['-r requirements.txt'],
    }),
    'conda.yaml': stringify({
      channels: ['conda-forge'],
      dependencies: [`python=${PYTHON_VERSION}`, 'pip', { pip: REQUIREMENTS }],
      name: 'mlflow-env',
    }),
  };
}

function mlmodel(options: MlflowModelOptions): Record<string, unknown> {
  const topK = options.topK ?? 10;
  const tensorSpec = (name: string, dtype: string, shape: number[]) => ({
    name,
    type: 'tensor',
    'tensor-spec': { dtype, shape },
  });
  return {
    artifact_path: 'model',
    flavors: {
      onnx: {
        code: null,
        data: 'model.onnx',
        onnx_version: '1.15.0',
        providers: ['CPUExecutionProvider'],
      },
      python_function: {
        data: 'model.onnx',
        env: { conda: 'conda.yaml', virtualenv: 'python_env.yaml' },
        loader_module: 'mlflow.onnx',
        python_version: PYTHON_VERSION,
      },
    },
    mlflow_version: '3.0.0',
    model_size_bytes: options.sizeBytes,
    model_uuid: options.modelUuid,
    run_id: options.runId,
    signature: {
      inputs: JSON.stringify([tensorSpec(onnxNames.input, 'int64', [-1])]),
      outputs: JSON.stringify([
        tensorSpec(onnxNames.itemsOutput, 'int64', [-1, topK]),
        tensorSpec(onnxNames.scoresOutput, 'float32', [-1, topK]),
      ]),
      params: null,
    },
    utc_time_created: options.createdAt.toISOString().replace('T', ' ').replace('Z', '000'),
  };
}
