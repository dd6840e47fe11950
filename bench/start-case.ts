import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CaseContext } from './case-context.ts';
import type { Mlflow } from './mlflow.ts';
import type { CaseReport, Comparison, Figure } from './report.ts';
import type { ServerProcess } from './server-process.ts';
import { startSteelyard } from './steelyard.ts';

interface StartRun {
  readonly readyMs: number;
  readonly residentBytes: number;
  readonly proportionalBytes: number;
  readonly processes: number;
}

interface Side {
  readonly subject: string;
  start(folder: string): Promise<ServerProcess>;
  readonly first: StartRun[];
  readonly again: StartRun[];
}

const MB = 1_000_000;
const IDLE_MS = 5_000;

/** From the spawn to the first 200 of /health: on an empty folder, and again on the folder that this left behind. */
export async function measureStart({ options, folder, report, mlflow }: CaseContext): Promise<CaseReport> {
  const ours: Side = { subject: 'Steelyard', start: (place) => startSteelyard(place), first: [], again: [] };
  const sides = mlflow === null ? [ours] : [ours, mlflowSide(mlflow)];
  for (let repetition = 1; repetition <= options.starts; repetition++) {
    for (const side of sides) {
      report(`start: ${side.subject}, repetition ${repetition} of ${options.starts}`);
      const place = join(folder, `start-${side.subject.replaceAll(' ', '-')}`);
      side.first.push(await startOnce(side, place, 0));
      side.again.push(await startOnce(side, place, IDLE_MS));
      rmSync(place, { recursive: true, force: true });
    }
  }
  return reportOf(sides, ours, mlflow);
}

function mlflowSide(mlflow: Mlflow): Side {
  const setup = { workers: null, journal: 'default' } as const;
  return { subject: 'mlflow server', start: (place) => mlflow.start(place, setup, null), first: [], again: [] };
}

async function startOnce(side: Side, place: string, idleMs: number): Promise<StartRun> {
  await using server = await side.start(place);
  await pause(idleMs);
  return { readyMs: server.readyMs, ...server.facts() };
}

function reportOf(sides: readonly Side[], ours: Side, mlflow: Mlflow | null): CaseReport {
  const figure = (side: Side, measure: string, unit: Figure['unit'], values: readonly number[]): Figure => ({
    measure,
    subject: side.subject,
    unit,
    values,
  });
  const row = (measure: string, unit: Figure['unit'], values: (side: Side) => number[]): Comparison => ({
    measure,
    figures: sides.map((side) => figure(side, measure, unit, values(side))),
  });
  const ready = (runs: readonly StartRun[]) => runs.map((run) => run.readyMs / 1000);
  const resident = (side: Side) => side.again.map((run) => run.residentBytes / MB);
  const processes = sides.map((side) => `${side.subject} ${side.again[0]?.processes ?? 0}`).join(', ');
  return {
    name: 'start',
    title: 'Start and idle memory',
    subjects: sides.map(({ subject }) => subject),
    comparisons: [
      row('ready, on an empty folder', 's', (side) => ready(side.first)),
      row('ready, on a folder with a store', 's', (side) => ready(side.again)),
      row('idle memory after 5 s, resident', 'MB', resident),
      row('the same, shared pages counted once', 'MB', (side) => side.again.map((run) => run.proportionalBytes / MB)),
    ],
    budgets: [
      { what: 'server ready on an empty folder', limit: 1.5, figure: figure(ours, 'ready', 's', ready(ours.first)) },
      { what: 'idle memory, resident', limit: 250, figure: figure(ours, 'idle', 'MB', resident(ours)) },
    ],
    notes: [
      `Processes: ${processes}. MB are 1,000,000 bytes.`,
      ...(mlflow === null ? ['mlflow server: not measured: no mlflow.'] : []),
    ],
  };
}
