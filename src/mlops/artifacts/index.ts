export {
  appendToUri,
  checkArtifactLocation,
  checkHost,
  DEFAULT_EXPERIMENT_ID,
  decodeFully,
  defaultArtifactLocation,
  objectKey,
} from './artifact-uri.ts';
export type { ArtifactWrites } from './artifact-writes.ts';
export {
  type ArtifactContent,
  type ArtifactEntry,
  type Artifacts,
  artifactKey,
  createArtifacts,
  proxiedPath,
} from './artifacts.ts';
export { attachment, mimeType } from './mime-type.ts';
export { multipartRoutes } from './mlflow-multipart.ts';
export { createMultipart, type Multipart } from './multipart.ts';
export type { VersionSources } from './version-sources.ts';
