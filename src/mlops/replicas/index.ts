export type { Backend, Held, Protocol } from './backends/backend.ts';
export { begin, type Exchange, exchanged, NotConnected, wholeOf } from './backends/exchange.ts';
export { endFormer } from './backends/leased-process.ts';
export { backendOf, type ContainerEngines, type Served } from './backends/of-variant.ts';
export { registriesIn } from './backends/registries.ts';
export { type ArtifactFiles, createModelFiles, type ModelFiles } from './model-files.ts';
export type { Outcome, Place, ReplicaMeter } from './places.ts';
export { NotReady, type Replica } from './replica.ts';
export { createReplicaSet, type ReplicaSet, type SetDeps } from './set.ts';
