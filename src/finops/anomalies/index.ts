import type { Route } from '../../platform/http/index.ts';
import { anomalyRoutes } from './routes.ts';

export { detect, increases } from './detect.ts';
export { createDetector, type Detector, type DetectorState } from './detector.ts';
export type { Episode, Judgement } from './episodes.ts';

/** What is out of the ordinary in a series. */
export interface Anomalies {
  readonly routes: readonly Route[];
}

/** Makes the detections; `main.ts` calls it once. A detector needs no making: whoever has a series calls `createDetector` or `detect`. */
export function createAnomalies(): Anomalies {
  return { routes: anomalyRoutes() };
}
