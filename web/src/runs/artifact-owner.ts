/** Owner of the artifacts, as query parameters. */
export interface ArtifactOwner {
  readonly run?: string;
  readonly loggedModel?: string;
  readonly model?: string;
  readonly version?: string;
}

/** `model:m-1` is a logged model, `version:ranker:3` a registered version; any other value is the run itself. */
export function parseOwner(runId: string, of: string | undefined): ArtifactOwner {
  if (of?.startsWith('model:') === true) return { loggedModel: of.slice('model:'.length) };
  if (of?.startsWith('version:') === true) {
    const end = of.lastIndexOf(':');
    return { model: of.slice('version:'.length, end), version: of.slice(end + 1) };
  }
  return { run: runId };
}
