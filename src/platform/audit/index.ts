import type { Route } from '../http/index.ts';
import { createRecorder, type Recorder, type RecorderDeps } from './recorder.ts';
import { createAuditRoutes } from './routes.ts';

export { auditMigrations } from './migrations.ts';
export { verifyTrail } from './verify.ts';

/**
 * Audit trail: one row for each write, chained by hash, so that a changed or removed row is detected.
 * A row is stored before its response is sent; frequent writes are counted by minute.
 */
export interface Audit extends Recorder {
  readonly routes: readonly Route[];
}

/** Creates the audit trail. Dispose it before the store: disposal stores the counts in memory. */
export function createAudit(deps: RecorderDeps): Audit {
  return { ...createRecorder(deps), routes: createAuditRoutes(deps.store) };
}
