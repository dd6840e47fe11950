export { applyPipeline, checkPlan } from './apply.ts';
export { checkTriggers, refuseCircle } from './check-triggers.ts';
export { ExpressionError, filled, holds, namesIn, namesInExpression, type Scope } from './expressions.ts';
export { isSelected } from './patterns.ts';
export { labelOf, type Plan, type PlannedStep, planOf, textsOf } from './plan.ts';
export { specFrom } from './spec-from.ts';
export { findPipelines, ownerOfPipeline, type StoredPipeline, takeRunNumber } from './store.ts';
