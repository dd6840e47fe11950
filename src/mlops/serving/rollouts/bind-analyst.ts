import type { Log } from '../../../platform/telemetry/index.ts';
import type { EndpointSpec } from '../../endpoint-spec/schema.ts';
import { type CanaryAnalyst, NO_OUTCOMES } from './analysis.ts';
import type { CanaryDeps } from './canary-deps.ts';

interface Part {
  readonly revision: { readonly endpoint: string; readonly spec: Pick<EndpointSpec, 'traffic'> };
  readonly variants: readonly { readonly variant: { readonly model: string }; readonly version: string }[];
}

/** The analysis of one canary: a prediction log that cannot be read is a reason in its check, and does not end the canary. */
export function bindAnalyst(
  { judge, readQuality }: CanaryAnalyst,
  { live, deployment }: { readonly live: Part; readonly deployment: Part },
  log: Log,
): Pick<CanaryDeps, 'judge' | 'readQuality' | 'isAssignedByRequest'> {
  const { endpoint } = deployment.revision;
  const [liveModels, canaryModels] = [live, deployment].map(({ variants }) =>
    variants.map(({ variant: { model }, version }) => ({ model, version })),
  );
  return {
    judge,
    isAssignedByRequest: live.revision.spec.traffic.sticky === undefined,
    readQuality: async (question) => {
      try {
        return await readQuality({ ...question, endpoint, live: liveModels ?? [], canary: canaryModels ?? [] });
      } catch (error) {
        log.warn({ err: error, endpoint }, 'cannot read the quality of a canary');
        return { ...NO_OUTCOMES, reason: 'The prediction log could not be read; see the log of the server.' };
      }
    },
  };
}
