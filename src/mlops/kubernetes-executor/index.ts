export { createWorkspaceDoor } from './door.ts';
export { createKubernetesExecutor, type KubernetesExecutorDeps } from './engine.ts';
