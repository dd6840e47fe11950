import type { Route } from '../http/index.ts';
import { createRecorder, type Recorder, type RecorderDeps } from './recorder.ts';
import { auditRoutes } from './routes.ts';

export { auditMigrations } from './migrations.ts';
export { verifyTrail } from './verify.ts';

/**
 * Who wrote what: a row for each write, chained by hash, so that nobody can change or take out a row unnoticed.
 * A row is stored before its answer leaves; frequent writes are counted by minute.
 */
export interface Audit extends Recorder {
  readonly routes: readonly Route[];
}

/** Makes the trail. Dispose it before the store: the counts in memory are stored then. */
export function createAudit(deps: RecorderDeps): Audit {
  return { ...createRecorder(deps), routes: auditRoutes(deps.store) };
}
