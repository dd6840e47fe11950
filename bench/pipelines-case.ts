import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  getPipelineRun,
  isOver,
  PipelineRun,
  type PipelineStep,
  startPipelineRun,
} from '../src/mlops/pipelines/schema.ts';
import { buildUrl } from '../src/platform/contract/schema.ts';
import type { CaseContext } from './case-context.ts';
import type { CaseReport, Figure } from './report.ts';
import { percentile } from './statistics.ts';
import { startSteelyard } from './steelyard.ts';

const SUBJECT = 'Steelyard';
const LAYERS = 10;

/** Overhead of a step without work, in sequence, and the time to find that a thousand steps are cached. */
export async function measurePipelines({ options, folder, report }: CaseContext): Promise<CaseReport> {
  await using server = await startSteelyard(join(folder, 'pipelines'));
  const overheads: number[] = [];
  const cached: number[] = [];
  const width = options.pipelineSteps / LAYERS;
  await apply(server.url, 'chain', chainOf(options.chainSteps));
  await apply(server.url, 'wide', layersOf(width));
  for (let repetition = 1; repetition <= options.repetitions; repetition += 1) {
    report(`pipelines: a chain of ${options.chainSteps} steps, repetition ${repetition} of ${options.repetitions}`);
    overheads.push(percentile(gapsOf(await ranToEnd(server.url, 'chain')), 0.95));
  }
  report(`pipelines: ${options.pipelineSteps} steps for the first time`);
  const first = await ranToEnd(server.url, 'wide');
  for (let repetition = 1; repetition <= options.repetitions; repetition += 1) {
    report(
      `pipelines: ${options.pipelineSteps} steps from the cache, repetition ${repetition} of ${options.repetitions}`,
    );
    const again = await ranToEnd(server.url, 'wide');
    if (again.stepList.some(({ state }) => state !== 'cached')) throw new Error('a step was made again');
    cached.push(secondsOf(again));
  }
  const figure = (measure: string, unit: Figure['unit'], values: readonly number[]): Figure => ({
    measure,
    subject: SUBJECT,
    unit,
    values,
  });
  const overhead = figure('scheduling overhead of a step, p95', 'ms', overheads);
  const through = figure('planned and taken from the cache', 's', cached);
  return {
    name: 'pipelines',
    title: `Pipelines: a chain of ${options.chainSteps} steps, and ${options.pipelineSteps} steps in ${LAYERS} layers`,
    subjects: [SUBJECT],
    comparisons: [
      { measure: overhead.measure, figures: [overhead] },
      {
        measure: `${options.pipelineSteps} steps for the first time`,
        figures: [figure('first', 's', [secondsOf(first)])],
      },
      { measure: through.measure, figures: [through] },
    ],
    budgets: [
      { what: 'scheduling overhead of a step (process), p95', limit: 50, figure: overhead },
      { what: `${options.pipelineSteps} steps planned and taken from the cache`, limit: 5, figure: through },
    ],
    notes: [
      'Overhead: from the end of a step that does nothing to the beginning of the command of the next, everything kept in between: log, outputs, money, MLflow run.',
    ],
  };
}

const step = (needs: readonly string[]) => ({ run: ['true'], needs, resources: { cpu: 0.1 } });

function chainOf(steps: number): object {
  const names = Array.from({ length: steps }, (_, index) => `s${index}`);
  return Object.fromEntries(
    names.map((name, index) => [name, { ...step(index === 0 ? [] : [`s${index - 1}`]), cache: false }]),
  );
}

/** Every step needs the one above it and a neighbour of that. */
function layersOf(width: number): object {
  const name = (layer: number, index: number) => `l${layer}-${index % width}`;
  const steps = Array.from({ length: LAYERS }, (_, layer) =>
    Array.from({ length: width }, (__, index) => {
      const needs = layer === 0 ? [] : [...new Set([name(layer - 1, index), name(layer - 1, index + 1)])];
      return [name(layer, index), step(needs)] as const;
    }),
  );
  return Object.fromEntries(steps.flat());
}

async function apply(url: string, pipeline: string, steps: object): Promise<void> {
  const text = JSON.stringify({
    apiVersion: 'steelyard/v1',
    kind: 'Pipeline',
    metadata: { name: pipeline },
    spec: { steps },
  });
  await send(url, '/api/v1/apply', { documents: [{ file: 'bench.yaml', text }] });
}

async function ranToEnd(url: string, pipeline: string): Promise<PipelineRun> {
  const begun = PipelineRun.parse(await send(url, buildUrl(startPipelineRun, { params: { pipeline } }), {}));
  for (;;) {
    const answer = await fetch(url + buildUrl(getPipelineRun, { params: { pipeline, run: begun.run } }));
    const now = PipelineRun.parse(await answer.json());
    if (isOver(now.state)) return now;
    await pause(500);
  }
}

async function send(url: string, path: string, message: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(message) });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

/** Milliseconds from the end of the command of each step to the beginning of that of the next. */
function gapsOf({ stepList }: PipelineRun): number[] {
  const tries = stepList.flatMap(({ attempts }: PipelineStep) => attempts.slice(-1));
  return tries.slice(1).map(({ startedAt }, index) => Date.parse(startedAt) - Date.parse(tries[index]?.endedAt ?? ''));
}

function secondsOf({ createdAt, endedAt }: PipelineRun): number {
  return (Date.parse(endedAt ?? '') - Date.parse(createdAt)) / 1000;
}
