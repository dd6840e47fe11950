import type { OpenedPredictions } from '../mlops/predictions/index.ts';
import type { Audit } from '../platform/audit/index.ts';
import type { Auth } from '../platform/auth/index.ts';
import type { Config } from '../platform/config/index.ts';
import type { Events } from '../platform/events/index.ts';
import type { Jobs } from '../platform/jobs/index.ts';
import type { JournaledTable } from '../platform/journal/index.ts';
import type { Lake, Places } from '../platform/lake/index.ts';
import type { Objects } from '../platform/objects/index.ts';
import type { Store } from '../platform/store/index.ts';
import type { Log, Telemetry } from '../platform/telemetry/index.ts';
import type { Clock } from '../platform/units/index.ts';
import type { ServerPlace } from './servers.ts';

/** Dependencies of both wings: configuration, clock, store, lake, objects, events and jobs. */
export interface Infrastructure {
  readonly config: Config;
  /** The data folder. */
  readonly folder: string;
  /** Folders of this server, and its journals, where several share the data folder. */
  readonly place: Pick<ServerPlace, 'membership' | 'ownFolder' | 'journalFolders'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly store: Store;
  /** Problems from the store check that runs after a start; empty while it runs, and where no check was needed. */
  readonly storeProblems: () => readonly string[];
  /** On this machine: raw bills, which the lake reads as files, and uploads. */
  readonly objects: Objects;
  /** Of runs, models and traces; in a bucket where one is configured. */
  readonly artifacts: Objects;
  readonly lake: Lake;
  /** Where its files are. */
  readonly lakePlaces: Places;
  readonly predictionLog: OpenedPredictions;
  /** Readings of GPUs on their way into the lake. */
  readonly gpuReadings: JournaledTable;
  readonly events: Events;
  readonly jobs: Jobs;
  /** Jobs that run as long as the work they wait for, and so have separate slots. */
  readonly longJobs: Jobs;
  /** The audit trail, for writes that are authenticated without an account. */
  readonly writes: Audit;
  /** URL of this server on this machine; null before it listens where the port is chosen at start. */
  readonly address: () => string | null;
  /** Key of commands on this machine; null without accounts. */
  readonly localKey: string | null;
  /** Closes the server after the current answer and opens it again. */
  readonly restart: () => void;
  /** Tokens of steps of pipelines. */
  readonly stepTokens: Auth['work'];
  /** Data that an account may read. */
  readonly findVisible: Auth['findVisible'];
}
