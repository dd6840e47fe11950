export { applyPipeline, checkPlan } from './apply.ts';
export { checkTriggers, refuseCircle } from './check-triggers.ts';
export { ExpressionError, fillExpressions, isTrue, listExpressionNames, listNames, type Scope } from './expressions.ts';
export { isSelected } from './patterns.ts';
export { buildMatrixLabel, buildPlan, findSweep, listTexts, type Plan, type PlannedStep } from './plan.ts';
export { parseSpec } from './spec-from.ts';
export { findPipelineOwner, findPipelines, type StoredPipeline, takeRunNumber } from './store.ts';
