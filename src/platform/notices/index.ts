export { type DeliverDeps, deliver } from './deliver.ts';
export { Notice } from './notice.ts';
export { refuseUntold, type TargetRules } from './targets.ts';
