import type { Subject } from '../../org/schema.ts';
import type { Sql } from '../../platform/store/index.ts';

/** A step that has to be done by a time. Seconds. */
export interface DeadlineJob {
  readonly workSeconds: number;
  /** From the start of its first attempt. */
  readonly deadlineSeconds: number;
  readonly changeoverSeconds: number;
  /** Longest time between two decisions. */
  readonly stepSeconds: number;
}

export interface DeadlineState {
  readonly elapsedSeconds: number;
  /** Work that would outlast the loss of the machine now. */
  readonly savedSeconds: number;
  readonly spotAvailable: boolean;
  readonly running: 'spot' | 'on-demand' | 'nothing';
}

/** Policy for deadlines on spot capacity, and the record of its decisions. FinOps and the bridge implement it. */
export interface SpotDeadlines {
  decide(job: DeadlineJob, state: DeadlineState): 'spot' | 'on-demand' | 'wait';
  /** Stores a decision in the caller's transaction; answers its id. */
  record(
    sql: Sql,
    decided: {
      readonly about: string;
      readonly subject: Subject;
      readonly summary: string;
      readonly evidence: Readonly<Record<string, unknown>>;
    },
  ): Promise<string>;
  /** Newest value of a metric of a run; null: none was logged. */
  progress(sql: Sql, mlflowRun: string, metric: string): Promise<number | null>;
}
