export { applyMonitor } from './apply.ts';
export { refuseUnmeasured } from './check-spec.ts';
export { monitorMigrations } from './migrations.ts';
export { createMonitorRules } from './prediction-rules.ts';
export {
  buildExtractSql,
  buildNumberSql,
  buildProbabilitySql,
  buildSameSql,
  buildTextSql,
  listScores,
  type Score,
} from './scores.ts';
export { findMonitorOfModel, findMonitors, findMonitorsOf, noMonitor } from './store.ts';
