/** What depends on how this server is set up. */
export interface Abilities {
  /** Whether clients are given addresses in a store that they reach themselves. */
  readonly downloadsInParts: boolean;
}

/**
 * What clients ask `GET /api/3.0/mlflow/server-info` for. The newest ones upload large files in parts where it says so, and
 * download every file from the address that they are given.
 */
export function serverInfo({ downloadsInParts }: Abilities) {
  return {
    store_type: 'SqlStore',
    workspaces_enabled: false,
    trace_archival_enabled: false,
    multipart_uploads_enabled: true,
    multipart_downloads_enabled: downloadsInParts,
    presigned_upload_run_id_supported: false,
    presigned_upload_model_id_supported: false,
    features_enabled: { gateway: false },
  };
}
