import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatedCluster } from '../../app/wire-pipelines.ts';
import type { Executor, RunningWork, Work, WorkEnd } from '../compute/index.ts';

const TICK_MS = 10_000;

/** Parameters of the simulated work, in milliseconds. */
export interface SimulatedJob {
  readonly workMs: number;
  readonly changeoverMs: number;
  /** Work between two saves. */
  readonly saveMs: number;
  /** Times with spot capacity, from the start on, half-open. */
  readonly up: readonly (readonly [start: number, end: number])[];
  /** Called whenever work was saved, with the saved share. */
  readonly saved: (run: string, part: number) => Promise<void>;
}

interface Simulated {
  readonly work: Work;
  readonly ended: PromiseWithResolvers<WorkEnd>;
  readonly placed: PromiseWithResolvers<Awaited<NonNullable<RunningWork['placed']>>>;
  readonly begun: number;
  placedAt: number | null;
  doneMs: number;
  over: boolean;
}

/** For tests: a cluster whose spot capacity follows a series, on a clock that advances during waits. */
export class SpotCluster implements SimulatedCluster {
  readonly clock: { at: number };
  /** Times that were held for the present job, by capacity. */
  heldMs = { spot: 0, 'on-demand': 0 };
  private start = 0;
  private job: SimulatedJob = { workMs: 0, changeoverMs: 0, saveMs: 0, up: [], saved: async () => undefined };
  private savedMs = 0;
  private present: Simulated | null = null;
  private readonly known = new Map<string, Simulated>();

  constructor(clock: { at: number }) {
    this.clock = clock;
  }

  /** Job of the next run; its capacity times start now. */
  next(job: SimulatedJob): void {
    this.job = job;
    this.start = this.clock.at;
    this.heldMs = { spot: 0, 'on-demand': 0 };
    this.savedMs = 0;
  }

  executorOf = (): Executor => ({
    engine: 'kubernetes',
    imageDigest: async () => `sha256:${'0'.repeat(64)}`,
    buildImage: async () => `sha256:${'0'.repeat(64)}`,
    start: async (work) => this.running(this.begin(work)),
    find: async ({ id }) => {
      const found = this.known.get(id);
      return found === undefined ? null : this.running(found);
    },
    remove: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  });

  rest = async (ms: number, over: AbortSignal): Promise<void> => {
    const until = this.clock.at + ms;
    while (this.clock.at < until && !over.aborted && this.present !== null) await this.tick();
  };

  private begin(work: Work): Simulated {
    mkdirSync(work.folder, { recursive: true });
    writeFileSync(join(work.folder, 'output.log'), '');
    const made: Simulated = {
      ...{ work, begun: this.clock.at, placedAt: null, doneMs: this.savedMs, over: false },
      ended: Promise.withResolvers(),
      placed: Promise.withResolvers(),
    };
    this.known.set(work.id, made);
    this.present = made;
    return made;
  }

  private running(of: Simulated): RunningWork {
    const from = performance.now();
    return {
      id: of.work.id,
      start: of.begun,
      ended: of.ended.promise,
      placed: of.placed.promise,
      extend: async () => undefined,
      stop: async () => this.end(of, { reason: 'stopped', exitCode: 143, stoppedBy: 'starter' }),
      usage: async () => ({ cpuSeconds: null, peakMemoryBytes: null }),
      // The deadline of the server runs in real time; the clock of the test jumps.
      now: () => of.begun + (performance.now() - from),
    };
  }

  private isUp(): boolean {
    const now = this.clock.at - this.start;
    return this.job.up.some(([from, to]) => from <= now && now < to);
  }

  private async tick(): Promise<void> {
    const { present: of, job } = this;
    this.clock.at += TICK_MS;
    if (of === null || of.over) return;
    const onSpot = of.work.resources.onlySpot === true;
    if (of.placedAt === null) {
      if (onSpot && !this.isUp()) return;
      of.placedAt = this.clock.at;
      of.placed.resolve(this.placeOf(onSpot));
      // Lets waiting callers see the result before the clock advances.
      await new Promise((resolve) => setImmediate(resolve));
      return;
    }
    this.heldMs[onSpot ? 'spot' : 'on-demand'] += TICK_MS;
    if (onSpot && !this.isUp()) return this.end(of, { reason: 'evicted', exitCode: null, stoppedBy: null });
    if (this.clock.at - of.placedAt <= job.changeoverMs) return;
    of.doneMs += TICK_MS;
    const isDone = of.doneMs >= job.workMs;
    if (isDone || of.doneMs - this.savedMs >= job.saveMs) {
      this.savedMs = of.doneMs;
      await job.saved(of.work.environment.MLFLOW_RUN_ID ?? '', Math.min(1, of.doneMs / job.workMs));
    }
    if (isDone) this.end(of, { reason: 'exited', exitCode: 0, stoppedBy: null });
  }

  private placeOf(spot: boolean) {
    const where = { region: null, zone: null, gpuModel: null, share: 1 };
    return { node: spot ? 'spot-1' : 'steady-1', instance: 'p3.2xlarge', spot, ...where };
  }

  private end(of: Simulated, end: Pick<WorkEnd, 'reason' | 'exitCode' | 'stoppedBy'>): void {
    if (of.over) return;
    of.over = true;
    if (this.present === of) this.present = null;
    of.placed.resolve(null);
    const times = { start: of.begun, end: this.clock.at, detail: null };
    of.ended.resolve({ ...end, ...times, usage: { cpuSeconds: null, peakMemoryBytes: null } });
  }
}
