/** Features that depend on the configuration of this server. */
export interface Abilities {
  /** Whether clients receive signed URLs of a store that they can reach. */
  readonly downloadsInParts: boolean;
}

/**
 * Answer of `GET /api/3.0/mlflow/server-info`. The newest clients then upload large files in parts, and download every
 * file from the URL that they receive.
 */
export function buildServerInfo({ downloadsInParts }: Abilities) {
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
