export { createWorkspaceDoor } from './door.ts';
export { createKubernetesExecutor, type KubernetesExecutorDeps } from './engine.ts';
export { openWorkloads, type WorkloadsDeps } from './serving/index.ts';
export { isNamedFor } from './serving/names.ts';
