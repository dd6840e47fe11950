import { createOneAtATime } from '../../platform/concurrency/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import {
  buildCommitmentAdvice,
  buildCommitmentCase,
  type CommitmentCase,
  type CommitmentDeps,
  type CommitmentQuestion,
} from './commitments/service.ts';
import { evaluateHardware, type HardwareDeps, type HardwareQuestion } from './hardware/service.ts';
import {
  adviseCommitment,
  adviseHardware,
  adviseSpot,
  type CommitmentAdvice,
  type DeadlineReplayReport,
  type HardwareAdvice,
  replaySpotDeadline,
  type SpotAdvice,
} from './schema.ts';
import { adviseSpotZones, type DeadlineQuestion, reportDeadlineReplay, type SpotQuestion } from './spot/service.ts';

export { buildBilledHours } from './commitments/hourly-demand.ts';
export type { MeasuredServing } from './hardware/measured-serving.ts';
export { type DeadlineJob, type DeadlineState, decideDeadline, isFeasible } from './spot/deadline-policy.ts';

export type PurchasingDeps = CommitmentDeps & HardwareDeps;

/** Advice on purchases: spot capacity, commitments, and hardware for a served model. Nothing is stored, bought or ordered. */
export interface Purchasing {
  /** How often a job should save on spot capacity, and whether spot pays. Error: `price_not_found`. */
  spot(question: SpotQuestion): Promise<SpotAdvice>;
  /** A job with a deadline on spot capacity, replayed. Errors: `price_not_found`, `spot_replay_too_long`. */
  deadline(question: DeadlineQuestion): Promise<DeadlineReplayReport>;
  /**
   * Advice on a commitment, from the hourly demand in the bill or as stated. Errors: `demand_unusable`, `price_not_found`,
   * `dimension_unknown`, `bill_delivery_not_found`.
   */
  commitment(question: CommitmentQuestion): Promise<CommitmentAdvice>;
  /** The same, with its hours and deliveries as evidence. */
  commitmentCase(question: CommitmentQuestion): Promise<CommitmentCase>;
  /** The cheapest measured hardware that meets the SLO. Error: `profile_unusable`. */
  hardware(question: HardwareQuestion): Promise<HardwareAdvice>;
  readonly routes: readonly Route[];
}

/** Each call is CPU work, so calls run one after the other. */
export function createPurchasing(deps: PurchasingDeps): Purchasing {
  const oneAtATime = createOneAtATime();
  const advice: Omit<Purchasing, 'routes'> = {
    spot: (question) => oneAtATime(() => adviseSpotZones(deps, question)),
    deadline: (question) => oneAtATime(() => reportDeadlineReplay(deps, question)),
    commitment: (question) => oneAtATime(() => buildCommitmentAdvice(deps, question)),
    commitmentCase: (question) => oneAtATime(() => buildCommitmentCase(deps, question)),
    hardware: (question) => oneAtATime(() => evaluateHardware(deps, question)),
  };
  return {
    ...advice,
    routes: [
      handle(adviseSpot, ({ body }) => advice.spot(body)),
      handle(replaySpotDeadline, ({ body }) => advice.deadline(body)),
      handle(adviseCommitment, ({ body }) => advice.commitment(body)),
      handle(adviseHardware, ({ body }) => advice.hardware(body)),
    ],
  };
}
