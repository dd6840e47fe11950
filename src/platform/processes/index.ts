export { type Ended, type Execution, type ExecutionSpec, findExecution, startExecution } from './execution.ts';
