/** A version's artifacts are the registry's to find; `main.ts` supplies it. */
export interface VersionSources {
  /** Root URI of a version's artifacts. Error: as for any missing version. */
  versionSource(name: string, version: string): Promise<string>;
}
