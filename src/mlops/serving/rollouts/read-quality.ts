import type { Log } from '../../../platform/telemetry/index.ts';
import { NO_OUTCOMES, type QualityEvidence, type QualityQuestion, type ReadCanaryQuality } from './analysis.ts';

interface Served {
  readonly variant: { readonly model: string };
  readonly version: string;
}

export interface Sides {
  readonly endpoint: string;
  readonly live: readonly Served[];
  readonly canary: readonly Served[];
}

/** Reads the outcomes of both sides of one canary; a prediction log that cannot be read is a reason, and does not end the canary. */
export function createQualityReader(
  read: ReadCanaryQuality,
  { endpoint, live, canary }: Sides,
  log: Log,
): (question: Pick<QualityQuestion, 'metric' | 'start' | 'end'>) => Promise<QualityEvidence> {
  const toModels = (side: readonly Served[]) => side.map(({ variant: { model }, version }) => ({ model, version }));
  return async (question) => {
    try {
      return await read({ ...question, endpoint, live: toModels(live), canary: toModels(canary) });
    } catch (error) {
      log.warn({ err: error, endpoint }, 'cannot read the quality of a canary');
      return { ...NO_OUTCOMES, reason: 'The prediction log could not be read; see the log of the server.' };
    }
  };
}
