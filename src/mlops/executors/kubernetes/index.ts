export { createWorkspaceDoor, type WorkspaceDoor } from './door.ts';
export { createKubernetesExecutor, type KubernetesExecutorDeps } from './engine.ts';
