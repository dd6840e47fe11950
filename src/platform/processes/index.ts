export type { Limits, Taken } from './control-group.ts';
export { type Ended, type Execution, type ExecutionSpec, findExecution, startExecution } from './execution.ts';
export { type Extensible, type Hold, type HoldEnd, hold } from './hold.ts';
