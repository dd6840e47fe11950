/** Meaning of an error code for each reader: the HTTP client (status), the shell (exitCode), the user (title). */
export interface ErrorMeaning {
  readonly status: number;
  readonly exitCode: number;
  readonly title: string;
}

/**
 * Exit codes of the command line, documented in docs/cli.md. 10 and 11 belong to `gate check` (hold, reject).
 * 1: refused input · 2: wrong use · 3: not reachable · 4: not found · 5: conflict · 6: not allowed · 7: no space · 8: damaged data · 12: a budget · 70: a bug.
 */
const REFUSED = 1;
const USAGE = 2;
const UNREACHABLE = 3;
const NOT_FOUND = 4;
const CONFLICT = 5;
const DENIED = 6;
const NO_SPACE = 7;
const DAMAGED = 8;
const BUDGET = 12;
const BUG = 70;

/** Every expected failure, once. docs/errors.md is generated from this table and a test compares the two. */
export const errorTable = {
  // request and platform
  invalid_request: { status: 400, exitCode: USAGE, title: 'The request does not match its schema' },
  invalid_page_token: { status: 400, exitCode: USAGE, title: 'The page token was not issued for this query' },
  unsupported_media_type: { status: 415, exitCode: USAGE, title: 'The body must be application/json' },
  payload_too_large: { status: 413, exitCode: REFUSED, title: 'The body exceeds the size limit of this route' },
  json_too_deep: { status: 400, exitCode: REFUSED, title: 'The JSON exceeds the nesting limit' },
  json_too_many_values: { status: 413, exitCode: REFUSED, title: 'The body exceeds the limit of JSON values' },
  route_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such route' },
  host_not_allowed: { status: 403, exitCode: DENIED, title: 'The Host header is not an allowed host of this server' },
  origin_not_allowed: { status: 403, exitCode: DENIED, title: 'A page of another origin cannot call this server' },
  not_authenticated: { status: 401, exitCode: DENIED, title: 'The request is not authenticated' },
  not_permitted: { status: 403, exitCode: DENIED, title: 'The account lacks the required permission' },
  too_many_attempts: { status: 429, exitCode: DENIED, title: 'Too many failed login attempts; wait and retry' },
  password_too_common: { status: 400, exitCode: REFUSED, title: 'The password is too common' },
  account_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such account' },
  account_exists: { status: 409, exitCode: CONFLICT, title: 'An account with this name exists' },
  account_last_admin: { status: 409, exitCode: CONFLICT, title: 'The last administrator cannot be removed' },
  alias_governed: {
    status: 403,
    exitCode: DENIED,
    title: 'A policy governs the alias; only a decision of the gate moves it',
  },
  artifact_immutable: { status: 409, exitCode: CONFLICT, title: 'A registered version depends on this artifact' },
  team_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such team' },
  team_member_not_found: { status: 404, exitCode: NOT_FOUND, title: 'The account is not a member of the team' },
  account_own: { status: 409, exitCode: CONFLICT, title: 'Administrators cannot delete their own account' },
  token_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such token' },
  listen_not_allowed: { status: 500, exitCode: DENIED, title: 'Without accounts the server listens on loopback only' },
  internal: { status: 500, exitCode: BUG, title: 'Internal error: a bug in Steelyard; find the request id in the log' },
  server_unreachable: { status: 503, exitCode: UNREACHABLE, title: 'No Steelyard server answers at this address' },
  server_answer_invalid: {
    status: 502,
    exitCode: UNREACHABLE,
    title: 'This version cannot read the response of the server',
  },
  port_in_use: { status: 500, exitCode: CONFLICT, title: 'Another process listens on this port' },
  usage: { status: 400, exitCode: USAGE, title: 'The command line does not match the command' },
  config_invalid: { status: 500, exitCode: USAGE, title: 'The configuration does not match its schema' },
  node_too_old: { status: 500, exitCode: USAGE, title: 'Steelyard needs a newer Node.js' },
  data_folder_in_use: { status: 409, exitCode: CONFLICT, title: 'Another Steelyard server uses this data folder' },
  data_folder_unusable: { status: 500, exitCode: REFUSED, title: 'The data folder cannot be read or written' },
  data_folder_newer: { status: 500, exitCode: REFUSED, title: 'A newer Steelyard wrote this data folder' },
  lake_memory_exhausted: {
    status: 507,
    exitCode: NO_SPACE,
    title: 'The query engine reached its memory limit',
  },
  lake_file_removed: { status: 409, exitCode: CONFLICT, title: 'Rows were deleted or replaced while they were read' },
  lake_file_damaged: {
    status: 503,
    exitCode: DAMAGED,
    title: 'A file of the data folder is missing or damaged; queries that need it fail',
  },
  storage_full: { status: 507, exitCode: NO_SPACE, title: 'The disk is full; nothing stored has changed' },
  prepared_outdated: {
    status: 409,
    exitCode: CONFLICT,
    title: 'Concurrent changes exceeded the retries; nothing was stored',
  },
  store_unreachable: { status: 503, exitCode: UNREACHABLE, title: 'The store does not respond' },
  store_damaged: {
    status: 503,
    exitCode: DAMAGED,
    title: 'The SQLite store is missing or damaged; the server does not start',
  },
  journal_damaged: {
    status: 503,
    exitCode: UNREACHABLE,
    title: 'A journal is damaged; the damaged part is being isolated',
  },
  server_stopping: { status: 503, exitCode: UNREACHABLE, title: 'The server is stopping and ends requests in flight' },
  verification_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such verification' },
  backup_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such backup, or it was never completed' },
  backup_damaged: { status: 503, exitCode: DAMAGED, title: 'A file of the backup is missing or damaged' },
  restore_folder_not_empty: {
    status: 409,
    exitCode: CONFLICT,
    title: 'A restore needs an empty folder',
  },
  data_folder_restoring: { status: 500, exitCode: CONFLICT, title: 'A restore into this data folder is not complete' },
  backup_store_unsupported: { status: 501, exitCode: REFUSED, title: 'Back up a PostgreSQL store with pg_dump' },
  object_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such object' },
  object_damaged: { status: 503, exitCode: DAMAGED, title: 'The stored object does not match its digest' },
  object_path_invalid: { status: 400, exitCode: REFUSED, title: 'The path is invalid or leads out of its root' },
  import_conflict: { status: 409, exitCode: CONFLICT, title: 'An object of this server already has this name' },
  import_not_begun: { status: 409, exitCode: CONFLICT, title: 'No import of the entity is active' },
  range_not_satisfiable: { status: 416, exitCode: USAGE, title: 'The range is beyond the end of the file' },
  upload_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such upload, or it was deleted' },

  // buckets and secrets
  bucket_unreachable: { status: 502, exitCode: UNREACHABLE, title: 'The bucket does not respond' },
  bucket_access_denied: { status: 502, exitCode: DENIED, title: 'The bucket does not accept the credentials' },
  bucket_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such bucket, container or folder' },
  bucket_object_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such object in the bucket' },
  bucket_object_changed: { status: 409, exitCode: CONFLICT, title: 'The object changed since it was listed' },
  secret_unresolved: { status: 400, exitCode: REFUSED, title: 'A secret reference cannot be resolved' },

  // imported files
  file_not_found: { status: 400, exitCode: REFUSED, title: 'The file does not exist' },
  file_unreadable: { status: 400, exitCode: REFUSED, title: 'The file cannot be read' },
  file_empty: { status: 400, exitCode: REFUSED, title: 'The file is empty' },
  file_truncated: { status: 400, exitCode: REFUSED, title: 'The file is truncated' },
  file_not_utf8: { status: 400, exitCode: REFUSED, title: 'The file is not UTF-8 text' },
  file_too_wide: { status: 400, exitCode: REFUSED, title: 'The file exceeds the limit of columns' },
  archive_invalid: {
    status: 400,
    exitCode: REFUSED,
    title: 'The archive cannot be read, or has a path outside its folder',
  },
  file_format_unknown: { status: 400, exitCode: REFUSED, title: 'The file format is not supported' },
  csv_malformed: { status: 400, exitCode: REFUSED, title: 'The CSV file is not well-formed' },
  yaml_invalid: { status: 400, exitCode: REFUSED, title: 'The YAML cannot be read' },
  manifest_invalid: { status: 400, exitCode: REFUSED, title: 'The document does not match the schema of its kind' },
  manifest_kind_unknown: { status: 400, exitCode: REFUSED, title: 'No such kind of document' },
  manifest_reference_unknown: {
    status: 400,
    exitCode: REFUSED,
    title: 'The document refers to an object that does not exist',
  },

  // the bill
  bill_column_missing: { status: 400, exitCode: REFUSED, title: 'A required bill column is missing' },
  bill_format_not_read: { status: 400, exitCode: REFUSED, title: 'This kind of bill is not supported' },
  bill_date_ambiguous: { status: 400, exitCode: REFUSED, title: 'The order of day and month in the dates is unknown' },
  bill_malformed: { status: 400, exitCode: REFUSED, title: 'The file is not well-formed' },
  bill_rows_rejected: { status: 422, exitCode: REFUSED, title: 'Rows failed validation; nothing was stored' },
  bill_no_files: { status: 400, exitCode: REFUSED, title: 'No bill file was found' },
  bill_period_shrinks: {
    status: 422,
    exitCode: REFUSED,
    title: 'A few rows would replace a whole billing period; nothing was stored',
  },
  bill_overlap_unclear: {
    status: 409,
    exitCode: CONFLICT,
    title: 'Another export may have the same charges; nothing was stored',
  },
  exchange_rates_invalid: { status: 400, exitCode: REFUSED, title: 'The file of exchange rates cannot be read' },
  bill_period_not_covered: { status: 404, exitCode: NOT_FOUND, title: 'No bill covers the period' },
  bill_period_needed: { status: 400, exitCode: USAGE, title: 'The deliveries have several billing periods; name one' },
  bill_delivery_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such delivery' },
  bill_delivery_deleted: { status: 410, exitCode: NOT_FOUND, title: 'The delivery was deleted' },
  bill_delivery_not_standing: {
    status: 409,
    exitCode: CONFLICT,
    title: 'A different delivery is already active for this period',
  },
  bill_nothing_before: { status: 409, exitCode: CONFLICT, title: 'No earlier delivery to revert to' },
  bill_raw_not_found: { status: 404, exitCode: NOT_FOUND, title: 'The delivery has no such raw file' },
  bill_raw_deleted: { status: 410, exitCode: NOT_FOUND, title: 'The raw files of the delivery were deleted' },
  bill_row_not_found: { status: 404, exitCode: NOT_FOUND, title: 'The file has no such record' },
  bill_source_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such source of bills' },
  evidence_damaged: { status: 503, exitCode: DAMAGED, title: 'The recorded evidence is damaged' },
  evidence_not_kept: { status: 409, exitCode: CONFLICT, title: 'The decision lacks the evidence for a replay' },
  evidence_deleted: { status: 410, exitCode: NOT_FOUND, title: 'Evidence of the decision was deleted' },
  bill_sync_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such sync' },
  bill_manifest_broken: {
    status: 422,
    exitCode: REFUSED,
    title: 'The manifest of the delivery does not match its files; nothing was stored',
  },
  dimension_unknown: { status: 400, exitCode: USAGE, title: 'Unknown dimension for grouping costs' },
  allocation_rules_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such version of the allocation rules' },

  // statements
  statement_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such statement' },
  statement_basis_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such basis of a statement' },
  statement_period_not_closed: { status: 409, exitCode: CONFLICT, title: 'The month is not closed' },
  statement_already_issued: {
    status: 409,
    exitCode: CONFLICT,
    title: 'A statement with these figures was issued already',
  },

  // pipelines
  pipeline_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such pipeline' },
  pipeline_run_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such pipeline run' },
  pipeline_step_not_found: { status: 404, exitCode: NOT_FOUND, title: 'The run has no such step' },
  pipeline_run_ended: { status: 409, exitCode: CONFLICT, title: 'The run has ended' },
  pipeline_run_not_ended: { status: 409, exitCode: CONFLICT, title: 'The run has not ended' },
  pipeline_run_full: { status: 409, exitCode: CONFLICT, title: 'Concurrency limit reached' },
  pipeline_circle: { status: 409, exitCode: CONFLICT, title: 'Pipelines trigger each other in a cycle' },
  pipeline_param_unknown: { status: 400, exitCode: USAGE, title: 'The pipeline has no such parameter' },
  pipeline_model_missing: { status: 409, exitCode: REFUSED, title: 'The run of the step logged no model' },
  pipeline_code_not_found: {
    status: 404,
    exitCode: NOT_FOUND,
    title: 'The code of the run is not stored on this server',
  },
  webhook_not_signed: { status: 401, exitCode: DENIED, title: 'The signature of the delivery is missing or invalid' },
  git_failed: { status: 422, exitCode: REFUSED, title: 'The Git repository cannot be read' },

  // anomalies
  series_empty: { status: 400, exitCode: REFUSED, title: 'The series has no values' },
  series_column_missing: { status: 400, exitCode: USAGE, title: 'A required column of the series is missing' },
  series_value_invalid: { status: 400, exitCode: REFUSED, title: 'A value of the series is not a number' },
  series_time_invalid: { status: 400, exitCode: REFUSED, title: 'A time of the series cannot be read' },
  series_time_repeated: { status: 400, exitCode: REFUSED, title: 'The series has two values for the same time' },
  series_time_uneven: { status: 400, exitCode: REFUSED, title: 'The times of the series are not evenly spaced' },
  series_too_short: { status: 400, exitCode: REFUSED, title: 'The series has too few values' },
  series_too_sparse: {
    status: 400,
    exitCode: REFUSED,
    title: 'More than half of the values of the series are missing',
  },
  anomaly_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such anomaly' },
  anomaly_feedback_invalid: { status: 400, exitCode: USAGE, title: 'Feedback is not valid for this anomaly' },
  series_too_long: { status: 413, exitCode: REFUSED, title: 'The series exceeds the limit of values' },

  // files of outcomes
  evaluation_spec_invalid: { status: 400, exitCode: USAGE, title: 'The evaluation file does not match its schema' },
  outcome_column_missing: { status: 400, exitCode: USAGE, title: 'The file does not have this column exactly once' },
  outcome_value_invalid: { status: 400, exitCode: REFUSED, title: 'A value of the file cannot be used' },
  outcome_id_repeated: { status: 400, exitCode: REFUSED, title: 'Two rows of the file have the same id' },
  outcomes_empty: { status: 400, exitCode: REFUSED, title: 'The file has no rows to compare' },
  outcomes_too_few: { status: 400, exitCode: REFUSED, title: 'The file has too few rows for this comparison' },
  outcome_file_too_long: { status: 413, exitCode: REFUSED, title: 'The file exceeds the limit of rows' },
  candidate_unknown: { status: 404, exitCode: NOT_FOUND, title: 'The evaluation has no such candidate' },
  candidate_cost_missing: { status: 400, exitCode: REFUSED, title: 'The candidate has no price or cost' },

  // scaling
  trace_empty: { status: 400, exitCode: REFUSED, title: 'The trace has no requests' },
  trace_column_missing: { status: 400, exitCode: REFUSED, title: 'A required column of the trace is missing' },
  trace_row_invalid: { status: 400, exitCode: REFUSED, title: 'A row of the trace cannot be read' },
  trace_not_sorted: { status: 400, exitCode: REFUSED, title: 'The trace is not sorted by time' },
  trace_too_long: { status: 413, exitCode: REFUSED, title: 'The trace exceeds the limit of requests' },
  // serving
  endpoint_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such endpoint' },
  endpoint_revision_not_found: {
    status: 404,
    exitCode: NOT_FOUND,
    title: 'The endpoint has no such revision',
  },
  endpoint_variant_not_found: { status: 404, exitCode: NOT_FOUND, title: 'The endpoint has no such variant' },
  endpoint_rollout_not_found: { status: 404, exitCode: NOT_FOUND, title: 'The endpoint has no canary in progress' },
  endpoint_model_unusable: { status: 422, exitCode: REFUSED, title: 'The backend cannot serve this model version' },

  // executors
  image_missing: { status: 400, exitCode: REFUSED, title: 'The executor needs an image, and none was named' },
  image_not_found: { status: 404, exitCode: NOT_FOUND, title: 'The executor has no such image and cannot pull it' },
  image_build_failed: { status: 422, exitCode: REFUSED, title: 'The image could not be built' },
  executor_unknown: { status: 404, exitCode: NOT_FOUND, title: 'No such executor' },
  executor_unreachable: { status: 503, exitCode: UNREACHABLE, title: 'The executor does not respond' },
  executor_cannot: { status: 422, exitCode: REFUSED, title: 'The executor cannot satisfy the resource request' },
  executor_quota: {
    status: 409,
    exitCode: CONFLICT,
    title: 'The executor has no free capacity or quota for the work now',
  },
  executor_denied: { status: 403, exitCode: DENIED, title: 'The executor denies the request of the server' },

  // org, money
  monitor_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such monitor' },
  monitor_model_taken: { status: 409, exitCode: CONFLICT, title: 'The model has another monitor' },
  label_file_malformed: { status: 422, exitCode: REFUSED, title: 'The label file cannot be read' },
  budget_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such budget' },
  budget_exceeded: { status: 409, exitCode: BUDGET, title: 'The request exceeds the remaining budget' },
  budget_approval_needed: {
    status: 409,
    exitCode: BUDGET,
    title: 'The request exceeds the budget and needs an approval',
  },
  sweep_budget_too_small: { status: 422, exitCode: BUDGET, title: 'The budget of the sweep does not cover one trial' },
  forecast_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such forecast' },
  forecast_change_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such known change' },
  budget_not_approvable: { status: 409, exitCode: CONFLICT, title: 'The budget does not accept approvals' },
  price_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No price for the resource at this instant' },
  price_list_unreachable: { status: 502, exitCode: UNREACHABLE, title: 'The price list cannot be fetched' },
  price_list_unusable: {
    status: 422,
    exitCode: REFUSED,
    title: 'The price list is incomplete; nothing has changed',
  },
  price_missing: { status: 409, exitCode: REFUSED, title: 'Cannot enforce a limit: no price for this resource' },
  reservation_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such reservation' },
  reservation_settled: { status: 409, exitCode: CONFLICT, title: 'The reservation has ended' },
  currency_mismatch: { status: 400, exitCode: REFUSED, title: 'Amounts of different currencies cannot be compared' },
  usage_interval_invalid: { status: 400, exitCode: REFUSED, title: 'The usage interval is invalid' },
  token_usage_invalid: { status: 400, exitCode: REFUSED, title: 'The token usage is invalid' },
  token_rows_invalid: { status: 400, exitCode: REFUSED, title: 'The token usage rows cannot be read' },

  // experiments and models
  experiment_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such experiment' },
  run_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such run' },
  model_value_exists: { status: 409, exitCode: CONFLICT, title: 'Another document states the value of this model' },
  evaluation_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such evaluation' },
  evaluation_artifact_missing: { status: 404, exitCode: NOT_FOUND, title: 'The run has no such artifact' },
  evaluation_column_missing: { status: 400, exitCode: USAGE, title: 'The table has no column of this name' },
  evaluation_rows_invalid: { status: 422, exitCode: REFUSED, title: 'The table has invalid rows; nothing was stored' },
  test_set_missing: { status: 409, exitCode: CONFLICT, title: 'The retraining has no test set' },
  test_set_answers_invalid: { status: 422, exitCode: REFUSED, title: 'The answers do not fit the test set' },
  trace_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such trace' },
  model_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such registered model' },
  model_version_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such model version' },
  retention_policy_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such retention policy' },
  retention_too_early: { status: 409, exitCode: CONFLICT, title: 'The retention policy still keeps the objects' },
  webhook_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such webhook' },
  webhook_delivery_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such delivery of the webhook' },
  webhook_url_refused: { status: 400, exitCode: REFUSED, title: 'The URL of the webhook is not allowed' },
  webhook_secret_unreadable: {
    status: 409,
    exitCode: CONFLICT,
    title: 'The secret of the webhook cannot be decrypted',
  },
  search_filter_invalid: { status: 400, exitCode: USAGE, title: 'The filter cannot be read' },

  // monitoring
  drift_profile_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such reference profile' },
  monitor_without_drift: { status: 409, exitCode: CONFLICT, title: 'Drift detection is off for the monitor' },
  drift_window_not_found: { status: 404, exitCode: NOT_FOUND, title: 'The monitor has no such window' },
  alert_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such alert episode' },
  alert_closed: { status: 409, exitCode: CONFLICT, title: 'The episode has ended' },
  drift_column_missing: { status: 400, exitCode: USAGE, title: 'Neither side of the comparison has this column' },

  // GPUs
  gpu_column_missing: { status: 400, exitCode: USAGE, title: 'The file has no column of this name' },
  gpu_samples_unusable: { status: 422, exitCode: REFUSED, title: 'The file has no usable reading' },
  gpu_holders_unusable: { status: 422, exitCode: REFUSED, title: 'The file does not assign GPUs to holders and times' },
  gpu_interval_unknown: { status: 422, exitCode: USAGE, title: 'The interval of the readings is unknown; state it' },
  gpu_source_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such source of GPU readings' },
  gpu_source_not_sent_to: { status: 409, exitCode: CONFLICT, title: 'This source does not accept pushed readings' },
  gpu_source_unreachable: { status: 502, exitCode: UNREACHABLE, title: 'The source of GPU readings does not respond' },
  gpu_source_refused: { status: 502, exitCode: DENIED, title: 'The source of GPU readings refuses the request' },
  gpu_write_malformed: { status: 400, exitCode: USAGE, title: 'The body is not a Prometheus remote write request' },
  gpu_day_rolled_up: {
    status: 409,
    exitCode: CONFLICT,
    title: 'Single readings of this day were deleted; only its roll-up is kept',
  },
  gpu_list_invalid: { status: 422, exitCode: REFUSED, title: 'A list of nodes or pods has an invalid row' },
  spot_history_invalid: { status: 422, exitCode: REFUSED, title: 'The history of spot capacity cannot be read' },
  spot_replay_too_long: { status: 422, exitCode: REFUSED, title: 'The replay exceeds the limit of decisions' },
  demand_unusable: { status: 422, exitCode: REFUSED, title: 'The usage cannot be converted to hourly demand' },
  profile_unusable: { status: 422, exitCode: REFUSED, title: 'The measured profile cannot be used' },

  // the gate
  policy_ambiguous: { status: 409, exitCode: CONFLICT, title: 'Several policies apply to this model' },
  policy_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such policy' },
  policy_contradictory: { status: 400, exitCode: REFUSED, title: 'The policy contradicts itself or can never pass' },
  approval_not_required: { status: 409, exitCode: CONFLICT, title: 'The policy requires no approvals' },
  policy_model_mismatch: { status: 400, exitCode: REFUSED, title: 'The policy is for another model' },
  policy_environment_mismatch: { status: 400, exitCode: REFUSED, title: 'The policy is for another environment' },
  policy_model_missing: { status: 400, exitCode: REFUSED, title: 'The policy is for many models; name one' },
  frontier_metric_unknown: { status: 404, exitCode: NOT_FOUND, title: 'No evaluation of the model has this metric' },
  retraining_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such retraining' },
  retraining_round_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such round of the retraining' },
  retraining_round_not_waiting: { status: 409, exitCode: CONFLICT, title: 'The round is no longer waiting' },
  retraining_under_way: { status: 409, exitCode: CONFLICT, title: 'Another round of the retraining is active' },
  decision_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such decision' },
  decision_export_invalid: { status: 400, exitCode: REFUSED, title: 'The file is no export of a decision' },
  decision_export_changed: { status: 422, exitCode: DAMAGED, title: 'The export of a decision was changed' },
  optimization_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such optimization' },
  optimization_exists: { status: 409, exitCode: CONFLICT, title: 'An optimization of this name exists' },
  optimization_no_change: { status: 422, exitCode: REFUSED, title: 'The change leaves the endpoint as it is' },
  optimization_invalid: { status: 422, exitCode: REFUSED, title: 'The optimization does not fit its endpoint' },
  optimization_saves_nothing: { status: 422, exitCode: REFUSED, title: 'The change is expected to cost more' },
  optimization_ended: { status: 409, exitCode: CONFLICT, title: 'The optimization has ended' },
  optimization_not_ended: { status: 409, exitCode: CONFLICT, title: 'The optimization has not ended' },
  recommendation_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such recommendation' },
  recommendation_not_open: { status: 409, exitCode: CONFLICT, title: 'The recommendation is not open' },
  recommendation_outdated: {
    status: 409,
    exitCode: CONFLICT,
    title: 'The resource changed after the recommendation; nothing was done',
  },
  recommendation_not_undoable: { status: 409, exitCode: CONFLICT, title: 'The recommendation cannot be undone' },
  recommendation_not_triable: { status: 422, exitCode: REFUSED, title: 'The recommendation cannot be tried live' },
  recommendation_not_noticed: {
    status: 409,
    exitCode: CONFLICT,
    title: 'No idle policy has a pending action for the recommendation',
  },
  purchase_terms_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such purchase terms' },
  idle_policy_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such idle policy' },
  lineage_node_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such node of the lineage graph' },
} as const satisfies Record<string, ErrorMeaning>;

export type ErrorCode = keyof typeof errorTable;
