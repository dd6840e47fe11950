import type { Codec } from './codec.ts';
import { mlflowCodec } from './mlflow.ts';
import { v1Codec } from './v1.ts';
import { v2Codec } from './v2.ts';

/** Protocols as clients speak them: TensorFlow Serving and KServe v1 share their addresses. */
export type WireProtocol = 'mlflow' | 'v1' | 'v2';

/** Operation that a path under an endpoint requests. */
export interface Target {
  readonly spoken: WireProtocol;
  readonly what: 'predict' | 'alive' | 'ready' | 'version' | 'server' | 'models' | 'status' | 'metadata' | 'nothing';
  /** null where the address names none. */
  readonly model: string | null;
  readonly version: string | null;
  /** The label of TensorFlow Serving: here the name of a variant. */
  readonly label: string | null;
}

export const codecs: Readonly<Record<WireProtocol, Codec>> = { mlflow: mlflowCodec, v1: v1Codec, v2: v2Codec };

const MODEL = '(?<model>[^/:]+)(?:/versions/(?<version>[^/:]+))?';
const LABELLED = '(?<model>[^/:]+)(?:/versions/(?<version>[^/:]+)|/labels/(?<label>[^/:]+))?';

const patterns: readonly (readonly [method: 'GET' | 'POST', pattern: RegExp, WireProtocol, Target['what']])[] = [
  ['POST', /^invocations$/, 'mlflow', 'predict'],
  ['GET', /^(ping|health)$/, 'mlflow', 'ready'],
  ['GET', /^version$/, 'mlflow', 'version'],
  ['GET', /^v1\/models$/, 'v1', 'models'],
  ['POST', new RegExp(`^v1/models/${LABELLED}:predict$`), 'v1', 'predict'],
  ['GET', new RegExp(`^v1/models/${LABELLED}/metadata$`), 'v1', 'metadata'],
  ['GET', new RegExp(`^v1/models/${LABELLED}$`), 'v1', 'status'],
  ['GET', /^v2$/, 'v2', 'server'],
  ['GET', /^v2\/health\/live$/, 'v2', 'alive'],
  ['GET', /^v2\/health\/ready$/, 'v2', 'ready'],
  ['POST', new RegExp(`^v2/models/${MODEL}/infer$`), 'v2', 'predict'],
  ['GET', new RegExp(`^v2/models/${MODEL}/ready$`), 'v2', 'ready'],
  ['GET', new RegExp(`^v2/models/${MODEL}$`), 'v2', 'metadata'],
];

/** The operation that a path under `/serve/NAME/` requests. Example: `POST v1/models/ranker:predict` -> predict of `ranker` by v1. */
export function parseTarget(method: string, path: string): Target {
  const plain = path.replace(/\/+$/, '');
  for (const [of, pattern, spoken, what] of patterns) {
    const found = of === method ? pattern.exec(plain) : null;
    if (found === null) continue;
    const { model = null, version = null, label = null } = found.groups ?? {};
    return { spoken, what, model, version, label };
  }
  const spoken = plain.startsWith('v2') ? 'v2' : plain.startsWith('v1') ? 'v1' : 'mlflow';
  return { spoken, what: 'nothing', model: null, version: null, label: null };
}
