export {
  appendToUri,
  buildArtifactLocation,
  buildObjectKey,
  checkArtifactLocation,
  checkHost,
  DEFAULT_EXPERIMENT_ID,
  decodeFully,
} from './artifact-uri.ts';
export type { ArtifactWrites } from './artifact-writes.ts';
export {
  type ArtifactContent,
  type ArtifactEntry,
  type Artifacts,
  buildArtifactKey,
  createArtifacts,
  toProxiedPath,
} from './artifacts.ts';
export { buildAttachmentHeader, detectMimeType } from './mime-type.ts';
export { multipartRoutes } from './mlflow-multipart.ts';
export { createMultipart, type Multipart } from './multipart.ts';
export type { VersionSources } from './version-sources.ts';
