import type { OpenedMonitoring } from './mlops/monitoring/index.ts';
import type { Audit } from './platform/audit/index.ts';
import type { Auth } from './platform/auth/index.ts';
import type { Config } from './platform/config/index.ts';
import type { Events } from './platform/events/index.ts';
import type { Jobs } from './platform/jobs/index.ts';
import type { JournaledTable } from './platform/journal/index.ts';
import type { Lake } from './platform/lake/index.ts';
import type { Objects } from './platform/objects/index.ts';
import type { Store } from './platform/store/index.ts';
import type { Log, Telemetry } from './platform/telemetry/index.ts';
import type { Clock } from './platform/units/index.ts';

/** The ground floor: what every wing is given. */
export interface Ground {
  readonly config: Config;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly store: Store;
  /** What a check of the store found that ran after a start; empty while it runs, and where none was needed. */
  readonly storeProblems: () => readonly string[];
  /** On this machine: raw bills, which the lake reads as files, and uploads. */
  readonly objects: Objects;
  /** Of runs, models and traces; in a bucket where one is configured. */
  readonly artifacts: Objects;
  readonly lake: Lake;
  readonly predictionLog: OpenedMonitoring;
  /** Readings of GPUs on their way into the lake. */
  readonly gpuReadings: JournaledTable;
  readonly events: Events;
  readonly jobs: Jobs;
  /** Jobs that last as long as what they wait for, and so have places of their own. */
  readonly longJobs: Jobs;
  /** The audit trail, for what is let in otherwise than by an account. */
  readonly writes: Audit;
  /** Where this server can be reached from this machine; null before it listens on a port that was not said. */
  readonly address: () => string | null;
  /** Tokens of steps of pipelines. */
  readonly stepTokens: Auth['work'];
}
