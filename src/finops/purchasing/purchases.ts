import type { CommitmentAdvice, DeadlineReplayReport, HardwareAdvice, SpotAdvice } from '../gpu-telemetry/schema.ts';
import {
  type CommitmentCase,
  type CommitmentDeps,
  type CommitmentQuestion,
  commitmentAdvice,
  commitmentCase,
} from './commitments/service.ts';
import { type HardwareDeps, type HardwareQuestion, hardwareAdvice } from './hardware/service.ts';
import { type DeadlineQuestion, deadlineReplay, type SpotQuestion, spotAdvice } from './spot/service.ts';

export type PurchaseDeps = CommitmentDeps & HardwareDeps;

/** Advice on purchases. Nothing is stored, bought or ordered. Each call is CPU work, so calls run one after the other. */
export interface Purchases {
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
}

export function createPurchases(deps: PurchaseDeps): Purchases {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => null); // the caller receives the error; the next request continues
    return turn;
  };
  return {
    spot: (question) => inTurn(() => spotAdvice(deps, question)),
    deadline: (question) => inTurn(() => deadlineReplay(deps, question)),
    commitment: (question) => inTurn(() => commitmentAdvice(deps, question)),
    commitmentCase: (question) => inTurn(() => commitmentCase(deps, question)),
    hardware: (question) => inTurn(() => hardwareAdvice(deps, question)),
  };
}
