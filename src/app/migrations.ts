import { allocationMigrations } from '../finops/allocation/index.ts';
import { anomalyMigrations } from '../finops/anomalies/index.ts';
import { billingMigrations } from '../finops/billing/index.ts';
import { budgetMigrations } from '../finops/budgets/index.ts';
import { exchangeMigrations } from '../finops/exchange/index.ts';
import { forecastMigrations } from '../finops/forecasts/index.ts';
import { gpuMigrations } from '../finops/gpu-telemetry/index.ts';
import { meteringMigrations } from '../finops/metering/index.ts';
import { priceMigrations } from '../finops/prices/index.ts';
import { sourceMigrations } from '../finops/sources/index.ts';
import { statementMigrations } from '../finops/statements/index.ts';
import { tokenMigrations } from '../finops/tokens/index.ts';
import { evaluationMigrations } from '../mlops/evaluations/index.ts';
import { gatewayMigrations } from '../mlops/gateway/index.ts';
import { monitoringMigrations } from '../mlops/monitoring/index.ts';
import { monitorMigrations } from '../mlops/monitors/index.ts';
import { pipelineMigrations } from '../mlops/pipelines/index.ts';
import { qualityMigrations } from '../mlops/quality/index.ts';
import { registryMigrations } from '../mlops/registry/index.ts';
import { retentionMigrations } from '../mlops/retention/index.ts';
import { servingMigrations } from '../mlops/serving/index.ts';
import { tracingMigrations } from '../mlops/tracing/index.ts';
import { trackingMigrations } from '../mlops/tracking/index.ts';
import { transferMigrations } from '../mlops/transfer/index.ts';
import { webhookMigrations } from '../mlops/webhooks/index.ts';
import { orgMigrations } from '../org/index.ts';
import { acknowledgementMigrations } from '../platform/acknowledgements/index.ts';
import { auditMigrations } from '../platform/audit/index.ts';
import { authMigrations } from '../platform/auth/index.ts';
import { backupMigrations } from '../platform/backup/index.ts';
import { eventMigrations } from '../platform/events/index.ts';
import { icebergMigrations } from '../platform/iceberg/index.ts';
import { integrityMigrations } from '../platform/integrity/index.ts';
import { jobMigrations } from '../platform/jobs/index.ts';
import { journalMigrations } from '../platform/journal/index.ts';
import { lakeMigrations } from '../platform/lake/index.ts';
import { lakeMoveMigrations } from '../platform/lake-moves/index.ts';
import { notificationMigrations } from '../platform/notification-routes/index.ts';
import { objectMigrations } from '../platform/objects/index.ts';
import { serverMigrations } from '../platform/servers/index.ts';
import type { Migrations } from '../platform/store/index.ts';
import { decisionMigrations } from '../tradeoff/decisions/index.ts';
import { demoDataMigrations } from '../tradeoff/demo-data/index.ts';
import { gateMigrations } from '../tradeoff/gates/index.ts';
import { openLineageMigrations } from '../tradeoff/openlineage/index.ts';
import { optimizationMigrations } from '../tradeoff/optimizations/index.ts';
import { recommendationMigrations } from '../tradeoff/recommendations/index.ts';
import { reportMigrations } from '../tradeoff/reports/index.ts';
import { retrainingMigrations } from '../tradeoff/retraining/index.ts';
import { returnMigrations } from '../tradeoff/returns/index.ts';
import { runCostMigrations } from '../tradeoff/run-costs/index.ts';
import { valueMigrations } from '../tradeoff/value/index.ts';
import { viewScheduleMigrations } from '../tradeoff/view-schedules/index.ts';
import { viewMigrations } from '../tradeoff/views/index.ts';

/** All migrations of the store, by feature in order. */
export const migrations: Migrations = {
  ...lakeMigrations,
  ...lakeMoveMigrations,
  ...icebergMigrations,
  ...serverMigrations,
  ...objectMigrations,
  ...integrityMigrations,
  ...backupMigrations,
  ...eventMigrations,
  ...jobMigrations,
  ...authMigrations,
  ...auditMigrations,
  ...acknowledgementMigrations,
  ...notificationMigrations,
  ...orgMigrations,
  ...billingMigrations,
  ...sourceMigrations,
  ...allocationMigrations,
  ...trackingMigrations,
  ...tracingMigrations,
  ...registryMigrations,
  ...evaluationMigrations,
  ...webhookMigrations,
  ...retentionMigrations,
  ...pipelineMigrations,
  ...journalMigrations,
  ...monitorMigrations,
  ...qualityMigrations,
  ...monitoringMigrations,
  ...transferMigrations,
  ...priceMigrations,
  ...exchangeMigrations,
  ...meteringMigrations,
  ...tokenMigrations,
  ...statementMigrations,
  ...budgetMigrations,
  ...valueMigrations,
  ...returnMigrations,
  ...gateMigrations,
  ...demoDataMigrations,
  ...decisionMigrations,
  ...runCostMigrations,
  ...openLineageMigrations,
  ...servingMigrations,
  ...gatewayMigrations,
  ...retrainingMigrations,
  ...gpuMigrations,
  ...recommendationMigrations,
  ...optimizationMigrations,
  ...reportMigrations,
  ...viewMigrations,
  ...viewScheduleMigrations,
  ...forecastMigrations,
  ...anomalyMigrations,
};
