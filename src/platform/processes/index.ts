export { buildCompiledCodeEnvironment } from './compiled-code.ts';
export { createEvenTime } from './even-time.ts';
export { type Ended, type Execution, type ExecutionSpec, findExecution, startExecution } from './execution.ts';
export { hold, STOP_AHEAD_MS } from './hold.ts';
export { readExecutionId } from './kernel.ts';
export { chownFolder, findUser, type OtherUser, openWayThrough } from './other-user.ts';
