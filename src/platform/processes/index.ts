export { type Ended, type Execution, type ExecutionSpec, findExecution, startExecution } from './execution.ts';
export { hold } from './hold.ts';
