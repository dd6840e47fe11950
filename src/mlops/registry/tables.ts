import type { Generated } from 'kysely';

export const stages = ['None', 'Staging', 'Production', 'Archived'] as const;
export type Stage = (typeof stages)[number];

/** Times are milliseconds since the Unix epoch. */
export interface RegistryTables {
  registered_model: {
    name: string;
    description: string | null;
    creation_timestamp: number;
    last_updated_timestamp: number;
    /** Grows with every version and never falls, so that a number is never given twice. */
    last_version: number;
  };
  registered_model_tag: { model: string; key: string; value: string };
  model_version: {
    model: string;
    version: number;
    creation_timestamp: number;
    last_updated_timestamp: number;
    description: string | null;
    current_stage: Stage;
    source: string;
    storage_location: string;
    run_id: string | null;
    run_link: string | null;
    model_id: string | null;
    /** Path of its files among the artifacts of this server; null if this server does not store them. */
    artifact_path: string | null;
    /** Digest, number and size of the files at registration; null until they are measured. */
    artifact_digest: Generated<string | null>;
    artifact_files: Generated<number | null>;
    artifact_bytes: Generated<number | null>;
  };
  model_version_tag: { model: string; version: number; key: string; value: string };
  model_alias: { model: string; alias: string; version: number };
}
