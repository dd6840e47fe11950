export { applyMonitor } from './apply.ts';
export { refuseUnmeasured } from './check-spec.ts';
export { monitorMigrations } from './migrations.ts';
export { createMonitorRules } from './prediction-rules.ts';
export { extracted, number, probabilityOf, type Score, same, scoresOf, text } from './scores.ts';
export { findMonitors, noMonitor } from './store.ts';
