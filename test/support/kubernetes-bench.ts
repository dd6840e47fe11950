import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Fastify from 'fastify';
import { pino } from 'pino';
import type { Executor } from '../../src/mlops/compute/executor.ts';
import {
  createKubernetesExecutor,
  createWorkspaceDoor,
  type KubernetesExecutorDeps,
} from '../../src/mlops/kubernetes-executor/index.ts';
import { systemClock } from '../../src/platform/units/index.ts';
import type { Kubernetes } from './kubernetes.ts';

export const NAMESPACE = 'steelyard-work';
export const RBAC = join(import.meta.dirname, '../../examples/kubernetes/rbac.yaml');

/** A server's side of the engine on a real cluster, with the service account and the role that the documents name. */
export interface KubernetesBench extends AsyncDisposable {
  readonly kubeconfig: string;
  open(over?: Partial<KubernetesExecutorDeps>): Promise<Executor>;
}

export async function openKubernetesBench(cluster: Kubernetes): Promise<KubernetesBench> {
  cluster.apply(readFileSync(RBAC, 'utf8'));
  const kubeconfig = serviceAccountConfig(cluster);
  const door = createWorkspaceDoor({ clock: systemClock, maxUploadBytes: 1024 ** 3 });
  const http = Fastify();
  await http.register(async (app) => door.plugin(app));
  const publicUrl = await http.listen({ host: cluster.address, port: 0 });
  const log = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  return {
    kubeconfig,
    open: (over = {}) =>
      createKubernetesExecutor({
        kubeconfig,
        namespace: NAMESPACE,
        agentImage: cluster.node.image.name,
        publicUrl,
        nodes: 'fixed',
        allowed: { queues: [], priorities: [] },
        gpuPrometheus: null,
        door,
        clock: systemClock,
        log,
        ...over,
      }),
    [Symbol.asyncDispose]: () => http.close(),
  };
}

/** Kubeconfig of a server outside of the cluster, with a token of the service account. */
export function serviceAccountConfig(cluster: Kubernetes, name = 'steelyard'): string {
  const token = cluster.kubectl('create', 'token', name, '--namespace', NAMESPACE, '--duration', '2h');
  const config = JSON.parse(readFileSync(cluster.admin, 'utf8'));
  config.users = [{ name: 'test', user: { token } }];
  const file = join(cluster.folder, `account-${name}.json`);
  writeFileSync(file, JSON.stringify(config));
  return file;
}
