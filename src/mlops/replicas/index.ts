export type { Backend, HeldResource, Protocol } from './backends/backend.ts';
export { type Exchange, NotConnected, readWhole, sendExchange, startExchange } from './backends/exchange.ts';
export { endFormer } from './backends/leased-process.ts';
export { type ContainerEngines, createBackend, type ServedVariantFacts } from './backends/of-variant.ts';
export { parseRegistries } from './backends/registries.ts';
export { type ArtifactFiles, createModelFiles, type ModelFiles } from './model-files.ts';
export type { Outcome, Place, ReplicaMeter, UsedTime } from './places.ts';
export { NotReady, type Replica } from './replica.ts';
export { createReplicaSet, type ReplicaSet, type SetDeps } from './set.ts';
