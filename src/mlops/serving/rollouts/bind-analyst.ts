import type { Log } from '../../../platform/telemetry/index.ts';
import type { EndpointSpec } from '../../endpoint-spec/schema.ts';
import { type CanaryAnalyst, NO_OUTCOMES, type PriceEvidence, type QualityEvidence, type SeriesEvidence } from './analysis.ts';
import type { BusyEvidence } from './busy-evidence.ts';
import type { CanaryDeps } from './canary-deps.ts';
import { fillPlaceholders } from './series-queries.ts';

interface Part {
  readonly revision: { readonly endpoint: string; readonly revision: number; readonly spec: Pick<EndpointSpec, 'traffic'> };
  readonly variants: readonly { readonly variant: { readonly model: string }; readonly version: string }[];
}

/**
 * The analysis of one canary: what cannot be read (prediction log, Prometheus, price book) is a reason in its check, and does not end the
 * canary. `signal`: aborted when the rollout is given up.
 */
export function bindAnalyst(
  { judge, readQuality, readSeries, readPrice }: CanaryAnalyst,
  { live, deployment, signal }: { readonly live: Part; readonly deployment: Part; readonly signal: AbortSignal },
  log: Log,
): Pick<CanaryDeps, 'judge' | 'readQuality' | 'readSeries' | 'readPrices' | 'isAssignedByRequest'> {
  const { endpoint } = deployment.revision;
  const [liveModels, canaryModels] = [live, deployment].map(({ variants }) =>
    variants.map(({ variant: { model }, version }) => ({ model, version })),
  );
  /** The reading, or `toUnknown` of the reason; the cause is in the log. */
  const readOr = async <T>(what: string, read: () => Promise<T>, toUnknown: (reason: string) => T): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      log.warn({ err: error, endpoint }, `cannot read the ${what} of a canary`);
      return toUnknown(`The ${what} could not be read; see the log of the server.`);
    }
  };
  return {
    judge,
    isAssignedByRequest: live.revision.spec.traffic.sticky === undefined,
    readQuality: (question) =>
      readOr<QualityEvidence>(
        'labelled predictions',
        () => readQuality({ ...question, endpoint, live: liveModels ?? [], canary: canaryModels ?? [] }),
        (reason) => ({ ...NO_OUTCOMES, reason }),
      ),
    readSeries: (question) =>
      readOr<SeriesEvidence>(
        'Prometheus metric',
        () => readSeries(fillPlaceholders(question, { endpoint, live, canary: deployment }), signal),
        (reason) => ({ live: [], canary: [], instants: 0, reason }),
      ),
    readPrices: (ofLive, ofCanary) =>
      readOr<PriceEvidence>(
        'prices',
        async () => {
          const readSide = ({ resources }: BusyEvidence) => Promise.all(resources.map(readPrice));
          const [livePrices, canaryPrices] = await Promise.all([readSide(ofLive), readSide(ofCanary)]);
          return { live: livePrices, canary: canaryPrices, reason: null };
        },
        (reason) => ({ live: [], canary: [], reason }),
      ),
  };
}
