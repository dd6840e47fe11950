import { afterAll, beforeAll, describe } from 'vitest';
import { findKubernetes } from '../support/kubernetes.ts';
import { type KubernetesServing, kubernetesServing } from '../support/serving-engines.ts';
import { describeServedBy } from './backends-suite.ts';

const LIMIT_MS = 600_000;
const bin = findKubernetes();
const there = bin !== null || process.env.CI !== undefined;

describe.skipIf(!there)('Kubernetes (skipped where TEST_KUBERNETES_BIN names no programs of a cluster)', () => {
  let engine: KubernetesServing;
  beforeAll(async () => {
    engine = await kubernetesServing(bin ?? '');
  }, LIMIT_MS);
  afterAll(() => engine?.[Symbol.asyncDispose](), LIMIT_MS);

  describeServedBy('pods of Kubernetes', () => engine);
});
