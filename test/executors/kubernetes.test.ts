import { afterAll, beforeAll, describe } from 'vitest';
import { describeExecutor } from '../../src/mlops/executors/suite.testing.ts';
import { findKubernetes, type Kubernetes, startKubernetes } from '../support/kubernetes.ts';
import { type KubernetesBench, openKubernetesBench } from '../support/kubernetes-bench.ts';

const bin = findKubernetes();

describe.skipIf(bin === null)('Kubernetes', () => {
  let cluster: Kubernetes;
  let bench: KubernetesBench;
  beforeAll(async () => {
    cluster = await startKubernetes(bin ?? '');
    bench = await openKubernetesBench(cluster);
  });
  afterAll(async () => {
    await bench?.[Symbol.asyncDispose]();
    await cluster?.[Symbol.asyncDispose]();
  });

  describeExecutor('Kubernetes', async () => ({
    open: () => bench.open(),
    image: cluster.node.image.name,
    path: null,
    left: null,
  }));
});
