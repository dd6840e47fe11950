export { createAtMost } from './at-most.ts';
export { awaitAll } from './await-all.ts';
export { createMutex, type Mutex } from './mutex.ts';
export { createOneAtATime, type OneAtATime } from './one-at-a-time.ts';
export { createOpenedOnce } from './opened-once.ts';
export { createTurns } from './turns.ts';
export { runUntilAborted } from './until-aborted.ts';
export { createWaker, type Waker } from './waker.ts';
