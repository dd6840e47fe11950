export { createMutex, type Mutex } from './mutex.ts';
export { createOneAtATime } from './one-at-a-time.ts';
export { createTurns } from './turns.ts';
