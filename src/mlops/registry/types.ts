import type { Stage } from './tables.ts';

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface Alias {
  readonly alias: string;
  readonly version: number;
}

export interface ModelVersion {
  readonly model: string;
  /** 1 for the first. */
  readonly version: number;
  /** Milliseconds since the Unix epoch, as all times below. */
  readonly creationTimestamp: number;
  readonly lastUpdatedTimestamp: number;
  readonly description: string | null;
  readonly stage: Stage;
  /** Source as the client gave it. */
  readonly source: string;
  /** Where the artifacts are: `source` with names of other models resolved. */
  readonly storageLocation: string;
  readonly runId: string | null;
  readonly runLink: string | null;
  readonly modelId: string | null;
  /** Digest of its files at registration; null until it is computed. */
  readonly files: { readonly digest: string; readonly count: number; readonly sizeBytes: number } | null;
  readonly tags: readonly KeyValue[];
  readonly aliases: readonly string[];
}

export interface RegisteredModel {
  readonly name: string;
  readonly description: string | null;
  readonly creationTimestamp: number;
  readonly lastUpdatedTimestamp: number;
  readonly tags: readonly KeyValue[];
  readonly aliases: readonly Alias[];
  /** The newest version of each stage. */
  readonly latestVersions: readonly ModelVersion[];
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string | null;
}

export interface SearchInput {
  readonly filter: string;
  readonly orderBy: readonly string[];
  readonly maxResults: number;
  readonly pageToken: string | undefined;
}
