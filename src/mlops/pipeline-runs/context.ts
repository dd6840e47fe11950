import type { Events } from '../../platform/events/index.ts';
import type { Objects } from '../../platform/objects/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock, Money } from '../../platform/units/index.ts';
import type { Executor } from '../compute/index.ts';
import type { Code, CodeStore, Trees } from '../pipeline-code/index.ts';
import type { Plan, PlannedStep } from '../pipeline-definition/index.ts';
import type { RunLog } from '../tracking/index.ts';
import type { Admission } from './admission.ts';
import type { Line } from './line.ts';
import type { ModelSteps } from './model-steps.ts';
import type { KnownStep } from './prepare.ts';
import { isOver } from './schema.ts';
import type { SpotDeadlines } from './spot-deadlines.ts';
import type { StoredRun, StoredStep } from './store.ts';
import type { WorkSecrets } from './work-secrets.ts';

export interface DriveDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly objects: Objects;
  readonly trees: Trees;
  readonly code: CodeStore;
  readonly runLog: RunLog;
  readonly events: Pick<Events, 'append'>;
  readonly admission: Admission;
  readonly models: ModelSteps;
  /** Engines of this server. Error: `executor_unknown`. */
  readonly executorOf: (engine: string) => Executor;
  /** Policy for deadlines on spot capacity. */
  readonly deadlines: SpotDeadlines;
  /** Lets time go by, less where the signal is aborted before. Never rejects. */
  readonly rest: (ms: number, over: AbortSignal) => Promise<void>;
  readonly line: Line;
  readonly workSecrets: WorkSecrets;
  /** Environment with which a step reaches this server: the server's address and the step's token. Empty where it is unreachable. */
  readonly access: (run: StoredRun, work: StepWork) => Promise<Readonly<Record<string, string>>>;
  /** Revokes that token: the work is over, or never started. */
  readonly endAccess: (work: string) => Promise<void>;
  /** Folder on this machine, used only here, with one folder for each piece of work. */
  readonly workFolder: string;
}

/** Attempt of a step that a token identifies. */
export interface StepWork {
  readonly id: string;
  /** Id of its MLflow run. */
  readonly mlflowRun: string | null;
}

/** A run in its driver. Only the driver writes the steps of the run, so memory and store agree. */
export interface DrivenRun {
  readonly run: StoredRun;
  readonly plan: Plan;
  readonly code: Code;
  readonly steps: Map<string, StoredStep>;
  /** Cost of the runs that it resumes, where they share its budget. Null: its budget is its own. */
  readonly spentBefore: Money | null;
  /** Aborted when the run must stop; the reason is the account or component that asked. */
  readonly stop: AbortSignal;
  /** Aborted when this server releases the run: its work keeps running, and is found again. */
  readonly letGo: AbortSignal;
  /** Signals a state change, so that the driver decides the next steps. */
  wake(): void;
}

export function requireStep({ steps }: DrivenRun, key: string): StoredStep {
  const found = steps.get(key);
  if (found === undefined) throw new Error(`the run has no step ${key}`);
  return found;
}

/** Steps that end before a step, all the way back, in the order of the plan, as far as they are over. */
export function listKnownSteps(driven: DrivenRun, planned: PlannedStep): KnownStep[] {
  const wanted = new Set<string>();
  const byKey = new Map(driven.plan.steps.map((step) => [step.key, step]));
  const collect = (keys: readonly string[]) => {
    for (const key of keys) {
      if (wanted.has(key)) continue;
      wanted.add(key);
      collect(byKey.get(key)?.needs ?? []);
    }
  };
  collect(planned.needs);
  return driven.plan.steps
    .filter(({ key }) => wanted.has(key))
    .map((step) => ({ planned: step, ...pick(requireStep(driven, step.key)) }))
    .filter(({ state }) => isOver(state));
}

function pick({ state, outputs }: StoredStep): Pick<StoredStep, 'state' | 'outputs'> {
  return { state, outputs };
}
