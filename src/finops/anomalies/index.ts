import type { Route } from '../../platform/http/index.ts';
import { createLedgerAnomalies, type LedgerAnomalies, type LedgerAnomaliesDeps } from './ledger/index.ts';
import { anomalyRoutes } from './routes.ts';

export { detect, increases } from './detect.ts';
export { createDetector, type Detector, type DetectorState } from './detector.ts';
export type { Episode, Judgement } from './episodes.ts';
export { anomalyMigrations } from './ledger/index.ts';

/** What is out of the ordinary in a series, and in the ledger. */
export interface Anomalies extends Pick<LedgerAnomalies, 'listen' | 'schedule' | 'kinds'> {
  readonly routes: readonly Route[];
}

/** Makes the detections; `main.ts` calls it once. A detector needs no making: whoever has a series calls `createDetector` or `detect`. */
export function createAnomalies(deps: LedgerAnomaliesDeps): Anomalies {
  const ledger = createLedgerAnomalies(deps);
  return { ...ledger, routes: [...anomalyRoutes(), ...ledger.routes] };
}
