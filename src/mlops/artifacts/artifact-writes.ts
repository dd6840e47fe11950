import type { Identity } from '../../platform/http/index.ts';

/** Checks writes to artifacts; `main.ts` supplies it. */
export interface ArtifactWrites {
  /**
   * Refuses a write to a path under the proxy; `folder`: the deletion of the whole folder. Errors: `not_permitted` for
   * an artifact of another team, `artifact_immutable` for an artifact of a registered version.
   */
  check(identity: Identity, path: string, what?: 'file' | 'folder'): Promise<void>;
  /** Refusals of reads, for callers who may not read everything. Error: `not_visible`. */
  readonly reads: ArtifactReads;
}

export interface ArtifactReads {
  /** A path under the proxy. */
  artifact(identity: Identity, path: string): Promise<void>;
  run(identity: Identity, runId: string): Promise<void>;
  loggedModel(identity: Identity, modelId: string): Promise<void>;
  model(identity: Identity, name: string): Promise<void>;
}
