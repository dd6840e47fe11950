import type { Identity } from '../../platform/http/index.ts';

/** Who may write where among the artifacts; `main.ts` supplies it. */
export interface ArtifactWrites {
  /**
   * Refuses a write to a path under the proxy; `folder`: the deletion of all that is under it. Errors: `not_permitted` for what is another's,
   * `artifact_immutable` for what a registered version is made of.
   */
  check(identity: Identity, path: string, what?: 'file' | 'folder'): Promise<void>;
}
