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
  payload_too_large: { status: 413, exitCode: REFUSED, title: 'The body is larger than this route accepts' },
  json_too_deep: { status: 400, exitCode: REFUSED, title: 'The JSON nests deeper than is accepted' },
  json_too_many_values: { status: 413, exitCode: REFUSED, title: 'The body holds more values than are accepted' },
  route_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such route' },
  host_not_allowed: { status: 403, exitCode: DENIED, title: 'The Host header is not one this server answers to' },
  origin_not_allowed: { status: 403, exitCode: DENIED, title: 'A page of another origin may not call this server' },
  not_authenticated: { status: 401, exitCode: DENIED, title: 'The server does not know who asks' },
  not_permitted: { status: 403, exitCode: DENIED, title: 'The account may not do this' },
  too_many_attempts: { status: 429, exitCode: DENIED, title: 'Too many wrong passwords; wait' },
  password_too_common: { status: 400, exitCode: REFUSED, title: 'The password is one of the first that are guessed' },
  account_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such account' },
  account_exists: { status: 409, exitCode: CONFLICT, title: 'There is an account of this name' },
  account_last_admin: { status: 409, exitCode: CONFLICT, title: 'No administrator would be left' },
  alias_governed: {
    status: 403,
    exitCode: DENIED,
    title: 'A policy governs the alias; it moves by a decision of the gate',
  },
  artifact_immutable: { status: 409, exitCode: CONFLICT, title: 'A registered version is made of this artifact' },
  team_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such team' },
  team_member_not_found: { status: 404, exitCode: NOT_FOUND, title: 'The account is no member of the team' },
  account_own: { status: 409, exitCode: CONFLICT, title: 'An administrator does not delete the own account' },
  token_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such token' },
  listen_not_allowed: { status: 500, exitCode: DENIED, title: 'Without accounts the server listens on loopback only' },
  internal: { status: 500, exitCode: BUG, title: 'A bug in Steelyard; the request id finds it in the log' },
  server_unreachable: { status: 503, exitCode: UNREACHABLE, title: 'No Steelyard server answers at this address' },
  server_answer_invalid: {
    status: 502,
    exitCode: UNREACHABLE,
    title: 'The server answered what this version cannot read',
  },
  port_in_use: { status: 500, exitCode: CONFLICT, title: 'Another process listens on this port' },
  usage: { status: 400, exitCode: USAGE, title: 'The command line does not match the command' },
  config_invalid: { status: 500, exitCode: USAGE, title: 'The configuration does not match its schema' },
  node_too_old: { status: 500, exitCode: USAGE, title: 'Steelyard needs a newer Node.js' },
  data_folder_in_use: { status: 409, exitCode: CONFLICT, title: 'Another Steelyard server holds this data folder' },
  data_folder_unusable: { status: 500, exitCode: REFUSED, title: 'The data folder cannot be read or written' },
  data_folder_newer: { status: 500, exitCode: REFUSED, title: 'A newer Steelyard wrote this data folder' },
  lake_memory_exhausted: {
    status: 507,
    exitCode: NO_SPACE,
    title: 'The query engine ran out of the memory it may use',
  },
  lake_file_removed: { status: 409, exitCode: CONFLICT, title: 'Rows were deleted or replaced while they were read' },
  lake_file_damaged: {
    status: 503,
    exitCode: DAMAGED,
    title: 'A file of the data folder is missing or damaged; what stands on it is not answered',
  },
  storage_full: { status: 507, exitCode: NO_SPACE, title: 'The disk is full; nothing stored has changed' },
  prepared_outdated: {
    status: 409,
    exitCode: CONFLICT,
    title: 'The data changed again and again meanwhile; nothing was stored',
  },
  store_unreachable: { status: 503, exitCode: UNREACHABLE, title: 'The store does not answer' },
  store_damaged: {
    status: 503,
    exitCode: DAMAGED,
    title: 'The SQLite store is missing or damaged; no server starts on it',
  },
  journal_damaged: { status: 503, exitCode: UNREACHABLE, title: 'A journal is damaged; the damage is being set aside' },
  server_stopping: { status: 503, exitCode: UNREACHABLE, title: 'The server stops and cuts off what still runs' },
  verification_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such verification' },
  backup_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such backup, or it was never completed' },
  backup_damaged: { status: 503, exitCode: DAMAGED, title: 'The backup lacks a file, or holds other bytes of it' },
  restore_folder_not_empty: {
    status: 409,
    exitCode: CONFLICT,
    title: 'A backup is restored into an empty folder only',
  },
  data_folder_restoring: { status: 500, exitCode: CONFLICT, title: 'A restore into this data folder has not ended' },
  backup_store_unsupported: { status: 501, exitCode: REFUSED, title: 'A PostgreSQL store is backed up by pg_dump' },
  object_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such object' },
  object_damaged: { status: 503, exitCode: DAMAGED, title: 'The stored bytes are not those that were put' },
  object_path_invalid: { status: 400, exitCode: REFUSED, title: 'The path leaves its root or cannot be a path' },
  import_conflict: { status: 409, exitCode: CONFLICT, title: 'What has this name here was made here' },
  import_not_begun: { status: 409, exitCode: CONFLICT, title: 'The entity is not being taken over' },
  range_not_satisfiable: { status: 416, exitCode: USAGE, title: 'The range is beyond the end of the file' },
  upload_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such upload, or it was cleared away' },

  // places that others write to
  bucket_unreachable: { status: 502, exitCode: UNREACHABLE, title: 'The bucket does not answer' },
  bucket_access_denied: { status: 502, exitCode: DENIED, title: 'The bucket does not accept the credentials' },
  bucket_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such bucket, container or folder' },
  bucket_object_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such object in the bucket' },
  bucket_object_changed: { status: 409, exitCode: CONFLICT, title: 'The object changed since it was listed' },
  secret_unresolved: { status: 400, exitCode: REFUSED, title: 'A reference to a secret leads to nothing' },

  // files that come in
  file_not_found: { status: 400, exitCode: REFUSED, title: 'The file does not exist' },
  file_unreadable: { status: 400, exitCode: REFUSED, title: 'The file cannot be read' },
  file_empty: { status: 400, exitCode: REFUSED, title: 'The file is empty' },
  file_truncated: { status: 400, exitCode: REFUSED, title: 'The file ends before its content does' },
  file_not_utf8: { status: 400, exitCode: REFUSED, title: 'The file is not UTF-8 text' },
  file_too_wide: { status: 400, exitCode: REFUSED, title: 'The file has more columns than are read' },
  archive_invalid: { status: 400, exitCode: REFUSED, title: 'The archive cannot be read, or leads out of its folder' },
  file_format_unknown: { status: 400, exitCode: REFUSED, title: 'The file is in no format that is read here' },
  csv_malformed: { status: 400, exitCode: REFUSED, title: 'The CSV file is not well-formed' },
  yaml_invalid: { status: 400, exitCode: REFUSED, title: 'The YAML cannot be read' },
  manifest_invalid: { status: 400, exitCode: REFUSED, title: 'The document does not match the schema of its kind' },
  manifest_kind_unknown: { status: 400, exitCode: REFUSED, title: 'No such kind of document' },
  manifest_reference_unknown: {
    status: 400,
    exitCode: REFUSED,
    title: 'The document names something that does not exist',
  },

  // the bill
  bill_column_missing: { status: 400, exitCode: REFUSED, title: 'A column that every bill must have is missing' },
  bill_format_not_read: { status: 400, exitCode: REFUSED, title: 'The file is a known kind of bill that is not read' },
  bill_date_ambiguous: { status: 400, exitCode: REFUSED, title: 'The order of day and month in the dates is unknown' },
  bill_malformed: { status: 400, exitCode: REFUSED, title: 'The file is not well-formed' },
  bill_rows_rejected: { status: 422, exitCode: REFUSED, title: 'Rows cannot be accepted; nothing was stored' },
  bill_no_files: { status: 400, exitCode: REFUSED, title: 'No bill file was found' },
  bill_period_shrinks: {
    status: 422,
    exitCode: REFUSED,
    title: 'A few stray rows would replace a whole billing period; nothing was stored',
  },
  bill_overlap_unclear: {
    status: 409,
    exitCode: CONFLICT,
    title: 'Another export may hold the same charges; nothing was stored',
  },
  exchange_rates_invalid: { status: 400, exitCode: REFUSED, title: 'The file of exchange rates cannot be read' },
  bill_period_not_covered: { status: 404, exitCode: NOT_FOUND, title: 'No bill covers the period' },
  bill_period_needed: { status: 400, exitCode: USAGE, title: 'The deliveries share no one billing period' },
  bill_delivery_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such delivery' },
  bill_delivery_deleted: { status: 410, exitCode: NOT_FOUND, title: 'The delivery was deleted' },
  bill_delivery_not_standing: { status: 409, exitCode: CONFLICT, title: 'Another delivery stands for its unit' },
  bill_nothing_before: { status: 409, exitCode: CONFLICT, title: 'There is no earlier delivery to go back to' },
  bill_raw_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such file is kept of the delivery' },
  bill_raw_deleted: { status: 410, exitCode: NOT_FOUND, title: 'The raw files of the delivery were deleted' },
  bill_row_not_found: { status: 404, exitCode: NOT_FOUND, title: 'The file has no such record' },
  bill_source_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such source of bills' },
  evidence_damaged: { status: 503, exitCode: DAMAGED, title: 'The evidence that was kept is damaged' },
  evidence_not_kept: { status: 409, exitCode: CONFLICT, title: 'The decision does not keep what a replay needs' },
  evidence_deleted: { status: 410, exitCode: NOT_FOUND, title: 'What the answer stood on was deleted' },
  bill_sync_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such sync' },
  bill_manifest_broken: {
    status: 422,
    exitCode: REFUSED,
    title: 'The manifest of a delivery does not agree with its files; nothing was stored',
  },
  dimension_unknown: { status: 400, exitCode: USAGE, title: 'Costs cannot be grouped by this' },
  allocation_rules_not_found: { status: 404, exitCode: NOT_FOUND, title: 'There is no such version of the rules' },

  // statements
  statement_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such statement' },
  statement_basis_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such basis of a statement' },
  statement_period_not_closed: { status: 409, exitCode: CONFLICT, title: 'The month can still change' },
  statement_already_issued: { status: 409, exitCode: CONFLICT, title: 'These figures were issued before' },

  // pipelines
  pipeline_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such pipeline' },
  pipeline_run_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such run of a pipeline' },
  pipeline_step_not_found: { status: 404, exitCode: NOT_FOUND, title: 'The run has no such step' },
  pipeline_run_ended: { status: 409, exitCode: CONFLICT, title: 'The run has ended' },
  pipeline_run_not_ended: { status: 409, exitCode: CONFLICT, title: 'The run has not ended' },
  pipeline_run_full: { status: 409, exitCode: CONFLICT, title: 'As many runs as there may be are under way' },
  pipeline_circle: { status: 409, exitCode: CONFLICT, title: 'Pipelines begin each other in a circle' },
  pipeline_param_unknown: { status: 400, exitCode: USAGE, title: 'The pipeline has no such parameter' },
  pipeline_model_missing: { status: 409, exitCode: REFUSED, title: 'The run of the step logged no model' },
  pipeline_code_not_found: { status: 404, exitCode: NOT_FOUND, title: 'The code of the run is not here' },
  webhook_not_signed: { status: 401, exitCode: DENIED, title: 'The delivery is not signed as a trigger asks' },
  git_failed: { status: 422, exitCode: REFUSED, title: 'The Git repository cannot be read' },

  // anomalies
  series_empty: { status: 400, exitCode: REFUSED, title: 'The series holds no point' },
  series_column_missing: { status: 400, exitCode: USAGE, title: 'The series lacks a column that is needed' },
  series_value_invalid: { status: 400, exitCode: REFUSED, title: 'A value of the series is no number' },
  series_time_invalid: { status: 400, exitCode: REFUSED, title: 'A time of the series cannot be read' },
  series_time_repeated: { status: 400, exitCode: REFUSED, title: 'The series has two values at one time' },
  series_time_uneven: { status: 400, exitCode: REFUSED, title: 'The times of the series are not evenly spaced' },
  series_too_short: { status: 400, exitCode: REFUSED, title: 'The series has too few values' },
  series_too_sparse: { status: 400, exitCode: REFUSED, title: 'The series lacks more values than it has' },
  anomaly_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such anomaly' },
  anomaly_feedback_invalid: { status: 400, exitCode: USAGE, title: 'This cannot be said of the anomaly' },
  series_too_long: { status: 413, exitCode: REFUSED, title: 'The series holds more values than are read' },

  // scaling
  trace_empty: { status: 400, exitCode: REFUSED, title: 'The trace holds no request' },
  trace_column_missing: { status: 400, exitCode: REFUSED, title: 'The trace lacks a column that is needed' },
  trace_row_invalid: { status: 400, exitCode: REFUSED, title: 'A row of the trace cannot be read' },
  trace_not_sorted: { status: 400, exitCode: REFUSED, title: 'The trace is not in the order of time' },
  trace_too_long: { status: 413, exitCode: REFUSED, title: 'The trace holds more requests than are replayed' },
  // serving
  endpoint_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such endpoint' },
  endpoint_revision_not_found: {
    status: 404,
    exitCode: NOT_FOUND,
    title: 'The endpoint has no such revision to go back to',
  },
  endpoint_variant_not_found: { status: 404, exitCode: NOT_FOUND, title: 'The endpoint has no such variant' },
  endpoint_rollout_not_found: { status: 404, exitCode: NOT_FOUND, title: 'The endpoint has no canary in progress' },
  endpoint_model_unusable: { status: 422, exitCode: REFUSED, title: 'The backend cannot serve what the version holds' },

  // executors
  image_missing: { status: 400, exitCode: REFUSED, title: 'This engine runs images, and none was named' },
  image_not_found: { status: 404, exitCode: NOT_FOUND, title: 'The engine has no such image and cannot fetch it' },
  image_build_failed: { status: 422, exitCode: REFUSED, title: 'The image could not be built' },
  executor_unknown: { status: 404, exitCode: NOT_FOUND, title: 'The server has no such engine to run work on' },
  executor_unreachable: { status: 503, exitCode: UNREACHABLE, title: 'The engine that runs the work does not answer' },
  executor_cannot: { status: 422, exitCode: REFUSED, title: 'The engine can never give what the work asks for' },
  executor_quota: { status: 409, exitCode: CONFLICT, title: 'The engine has no room for the work now' },
  executor_denied: { status: 403, exitCode: DENIED, title: 'The engine does not let the server do this' },

  // org, money
  monitor_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such monitor' },
  monitor_model_taken: { status: 409, exitCode: CONFLICT, title: 'Another monitor watches this model' },
  label_file_malformed: { status: 422, exitCode: REFUSED, title: 'The file of labels cannot be read' },
  budget_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such budget' },
  budget_exceeded: { status: 409, exitCode: BUDGET, title: 'A budget has too little left for it' },
  budget_approval_needed: { status: 409, exitCode: BUDGET, title: 'A person has to approve more than the budget' },
  sweep_budget_too_small: { status: 422, exitCode: BUDGET, title: 'The budget of the sweep begins no trial' },
  forecast_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such forecast' },
  forecast_change_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such known change' },
  budget_not_approvable: { status: 409, exitCode: CONFLICT, title: 'The budget takes no approvals' },
  price_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No price of the resource at this instant' },
  price_list_unreachable: { status: 502, exitCode: UNREACHABLE, title: 'The price list cannot be fetched' },
  price_list_unusable: {
    status: 422,
    exitCode: REFUSED,
    title: 'The price list lacks what an import needs; nothing has changed',
  },
  price_missing: { status: 409, exitCode: REFUSED, title: 'A limit cannot be held on what has no price' },
  reservation_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such reservation' },
  reservation_settled: { status: 409, exitCode: CONFLICT, title: 'The reservation has ended' },
  currency_mismatch: { status: 400, exitCode: REFUSED, title: 'Amounts of different currencies cannot be compared' },
  usage_interval_invalid: { status: 400, exitCode: REFUSED, title: 'The usage interval is not possible' },
  token_usage_invalid: { status: 400, exitCode: REFUSED, title: 'The token usage is not possible' },
  token_rows_invalid: { status: 400, exitCode: REFUSED, title: 'The rows of tokens cannot be read' },

  // experiments and models
  experiment_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such experiment' },
  run_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such run' },
  trace_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such trace' },
  model_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such registered model' },
  model_version_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such model version' },
  retention_policy_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such retention policy' },
  retention_too_early: { status: 409, exitCode: CONFLICT, title: 'The policy still keeps what would be removed' },
  webhook_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such webhook' },
  webhook_delivery_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such delivery of the webhook' },
  webhook_url_refused: { status: 400, exitCode: REFUSED, title: 'The webhook must not lead there' },
  webhook_secret_unreadable: { status: 409, exitCode: CONFLICT, title: 'The webhook’s secret cannot be opened' },
  search_filter_invalid: { status: 400, exitCode: USAGE, title: 'The filter cannot be read' },

  // monitoring
  drift_profile_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such profile of a reference' },
  monitor_without_drift: { status: 409, exitCode: CONFLICT, title: 'The monitor does not watch for drift' },
  drift_window_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such window of the monitor' },
  alert_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such episode of an alert' },
  alert_closed: { status: 409, exitCode: CONFLICT, title: 'The episode has ended' },
  drift_column_missing: { status: 400, exitCode: USAGE, title: 'Neither side of the comparison has this column' },

  // GPUs
  gpu_column_missing: { status: 400, exitCode: USAGE, title: 'The file has no column of this name' },
  gpu_samples_unusable: { status: 422, exitCode: REFUSED, title: 'The file has no reading that can be kept' },
  gpu_holders_unusable: { status: 422, exitCode: REFUSED, title: 'The file does not say who held which GPU when' },
  gpu_interval_unknown: { status: 422, exitCode: USAGE, title: 'The time that a reading speaks for has to be said' },
  gpu_source_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such source of readings of GPUs' },
  gpu_source_not_sent_to: { status: 409, exitCode: CONFLICT, title: 'Readings are not sent to this source' },
  gpu_source_unreachable: { status: 502, exitCode: UNREACHABLE, title: 'The source of readings does not answer' },
  gpu_source_refused: { status: 502, exitCode: DENIED, title: 'The source of readings refuses what it is asked' },
  gpu_write_malformed: { status: 400, exitCode: USAGE, title: 'The body is no remote write of Prometheus' },
  gpu_day_rolled_up: { status: 409, exitCode: CONFLICT, title: 'Readings of this day are no longer kept one by one' },
  gpu_list_invalid: { status: 422, exitCode: REFUSED, title: 'A list of nodes or pods has a row that cannot be meant' },
  spot_history_invalid: { status: 422, exitCode: REFUSED, title: 'The history of spot capacity cannot be read' },
  spot_replay_too_long: { status: 422, exitCode: REFUSED, title: 'The replay asks for more decisions than are made' },
  demand_unusable: { status: 422, exitCode: REFUSED, title: 'The usage is no demand by the hour' },
  profile_unusable: { status: 422, exitCode: REFUSED, title: 'The measured profile cannot be used' },

  // the gate
  policy_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such policy' },
  policy_model_mismatch: { status: 400, exitCode: REFUSED, title: 'The policy is for another model' },
  retraining_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such retraining' },
  retraining_round_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such round of the retraining' },
  retraining_round_not_waiting: { status: 409, exitCode: CONFLICT, title: 'The round does not wait any more' },
  retraining_under_way: { status: 409, exitCode: CONFLICT, title: 'Another round of the retraining is under way' },
  decision_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such decision' },
  recommendation_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such recommendation' },
  recommendation_not_open: { status: 409, exitCode: CONFLICT, title: 'The recommendation is decided already' },
  recommendation_outdated: {
    status: 409,
    exitCode: CONFLICT,
    title: 'What the recommendation is about has changed since; nothing was done',
  },
  recommendation_not_undoable: { status: 409, exitCode: CONFLICT, title: 'The recommendation cannot be taken back' },
  recommendation_not_noticed: { status: 409, exitCode: CONFLICT, title: 'No idle policy is about to act on it' },
  purchase_terms_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such purchase terms' },
  idle_policy_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such idle policy' },
  lineage_node_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such node of the lineage graph' },
} as const satisfies Record<string, ErrorMeaning>;

export type ErrorCode = keyof typeof errorTable;
