export { compiledCode } from './compiled-code.ts';
export { evenTimeFrom } from './even-time.ts';
export { type Ended, type Execution, type ExecutionSpec, findExecution, startExecution } from './execution.ts';
export { hold, STOP_AHEAD_MS } from './hold.ts';
export { executionOf } from './kernel.ts';
export { findUser, giveFolder, type OtherUser, openWayThrough } from './other-user.ts';
