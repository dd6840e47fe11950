import { accountCommands } from './account.ts';
import { alertCommands } from './alert.ts';
import { allocationCommands } from './allocation.ts';
import { anomalyCommands } from './anomaly.ts';
import { ledgerAnomalyCommands } from './anomaly-ledger.ts';
import { applyCommands } from './apply.ts';
import { auditCommands } from './audit.ts';
import { backupCommands } from './backup.ts';
import { billCommands } from './bill.ts';
import { budgetCommands } from './budget.ts';
import { cliDocsCommand } from './cli-docs.ts';
import { configCommands } from './config.ts';
import { costCommands } from './cost.ts';
import { decisionCommands } from './decision.ts';
import { driftCommands } from './drift.ts';
import { endpointCommands } from './endpoint/commands.ts';
import { exchangeRateCommands } from './exchange-rate.ts';
import { experimentCommands } from './experiment.ts';
import { forecastCommands } from './forecast.ts';
import type { Command } from './frame/command.ts';
import { gateCommands } from './gate.ts';
import { gpuCommands } from './gpu.ts';
import { labelCommands } from './label.ts';
import { lineageCommands } from './lineage.ts';
import { loginCommands } from './login.ts';
import { meteredRunCommands } from './metered/command.ts';
import { mlflowCommands } from './mlflow.ts';
import { modelCommands } from './model.ts';
import { monitorCommands } from './monitor.ts';
import { openapiCommands } from './openapi.ts';
import { orgCommands } from './org.ts';
import { pipelineCommands } from './pipeline/commands.ts';
import { predictionCommands } from './prediction.ts';
import { priceCommands } from './price.ts';
import { commitmentCommands } from './purchase/commitment.ts';
import { hardwareCommands } from './purchase/hardware.ts';
import { spotCommands } from './purchase/spot.ts';
import { recommendCommands } from './recommend.ts';
import { retentionCommands } from './retention.ts';
import { retrainingCommands } from './retraining.ts';
import { runCommands } from './run.ts';
import { scaleCommands } from './scale.ts';
import { serveCommands } from './serve.ts';
import { sourceCommands } from './source.ts';
import { statementCommands } from './statement.ts';
import { sweepCommands } from './sweep/command.ts';
import { tokenCommands } from './tokens.ts';
import { usageCommands } from './usage.ts';
import { verifyCommands } from './verify.ts';
import { webhookCommands } from './webhook.ts';

/**
 * Every command, in the order of help: the server, money, models, commands that join both, then commands that describe
 * Steelyard.
 */
export const commands: readonly Command[] = [
  ...serveCommands,
  ...billCommands,
  ...sourceCommands,
  ...costCommands,
  ...exchangeRateCommands,
  ...forecastCommands,
  ...allocationCommands,
  ...statementCommands,
  ...usageCommands,
  ...priceCommands,
  ...budgetCommands,
  ...anomalyCommands,
  ...ledgerAnomalyCommands,
  ...tokenCommands,
  ...experimentCommands,
  ...pipelineCommands,
  ...meteredRunCommands,
  ...sweepCommands,
  ...scaleCommands,
  ...runCommands,
  ...modelCommands,
  ...monitorCommands,
  ...alertCommands,
  ...labelCommands,
  ...predictionCommands,
  ...driftCommands,
  ...gpuCommands,
  ...spotCommands,
  ...commitmentCommands,
  ...hardwareCommands,
  ...endpointCommands,
  ...webhookCommands,
  ...retentionCommands,
  ...mlflowCommands,
  ...gateCommands,
  ...decisionCommands,
  ...retrainingCommands,
  ...recommendCommands,
  ...lineageCommands,
  ...applyCommands,
  ...orgCommands,
  ...loginCommands,
  ...accountCommands,
  ...auditCommands,
  ...verifyCommands,
  ...backupCommands,
  ...configCommands,
  ...openapiCommands,
  cliDocsCommand(() => commands),
];
