import type { SubscribesToEvents } from '../../platform/events/index.ts';
import type { Route } from '../../platform/http/index.ts';
import { createLedgerAnomalies, type LedgerAnomalies, type LedgerAnomaliesDeps } from './ledger/index.ts';
import { anomalyRoutes } from './routes.ts';

export { detect, increases } from './detect.ts';
export { createDetector, type Detector, type DetectorState } from './detector.ts';
export type { Episode, Judgement } from './episodes.ts';
export { anomalyMigrations } from './ledger/index.ts';

/** Anomaly detection in a series, and in the ledger. */
export interface Anomalies extends Pick<LedgerAnomalies, 'schedule' | 'kinds'> {
  readonly routes: readonly Route[];
}

/** Creates the anomaly detection; the wiring calls it once. For a single series, call `createDetector` or `detect` directly. */
export function createAnomalies(deps: LedgerAnomaliesDeps & SubscribesToEvents): Anomalies {
  const ledger = createLedgerAnomalies(deps);
  return { ...ledger, routes: [...anomalyRoutes(), ...ledger.routes] };
}
