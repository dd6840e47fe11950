import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { listExecutors } from '../../../../src/mlops/executors/schema.ts';
import { getPipelineRun, isOver, startPipelineRun } from '../../../../src/mlops/pipelines/schema.ts';
import type { DemoClient } from '../client.ts';
import { applyDocument } from './recorded-production.ts';

/** Of pipeline.yaml. */
const PIPELINE = 'ranker-evaluation';
/** Resamples of the second run: its first step is taken from the cache. */
const MORE_RESAMPLES = 2_000;
const POLL_MS = 250;
const PATIENCE_MS = 60_000;

export interface PipelineOptions {
  /** Folder of the example. */
  readonly example: string;
  /** Program of the steps, which calls `runEvaluationStep`. */
  readonly program: string;
}

/** Applies the pipeline and starts it twice, where this server runs processes; ends when both runs have ended. */
export async function runPipeline(client: DemoClient, { example, program }: PipelineOptions): Promise<void> {
  const { engines } = await client.call(listExecutors);
  if (!engines.includes('process')) return;
  const folder = join(example, 'demo/recorded');
  await applyDocument(client, join(folder, 'pipeline.yaml'), {
    ...{ program, node: process.execPath, candidates: join(folder, 'candidates.json.gz') },
  });
  for (const params of [{}, { resamples: MORE_RESAMPLES }]) {
    const started = await client.call(startPipelineRun, { params: { pipeline: PIPELINE }, body: { params } });
    await waitUntilOver(client, started.run);
  }
}

/** A run that takes longer continues after the load. */
async function waitUntilOver(client: DemoClient, run: string): Promise<void> {
  const patience = performance.now() + PATIENCE_MS;
  while (performance.now() < patience) {
    const { state } = await client.call(getPipelineRun, { params: { pipeline: PIPELINE, run } });
    if (isOver(state)) return;
    await pause(POLL_MS);
  }
}
