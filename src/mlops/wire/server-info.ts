/**
 * What clients ask `GET /api/3.0/mlflow/server-info` for. The newest ones upload large files in parts where it says so.
 * Downloads in parts need an address in a store that the client reaches itself, which there is not.
 */
export const serverInfo = {
  store_type: 'SqlStore',
  workspaces_enabled: false,
  trace_archival_enabled: false,
  multipart_uploads_enabled: true,
  multipart_downloads_enabled: false,
  presigned_upload_run_id_supported: false,
  presigned_upload_model_id_supported: false,
  features_enabled: { gateway: false },
} as const;
