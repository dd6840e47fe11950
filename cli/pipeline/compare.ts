import { z } from 'zod';
import { getPipelineRun, listPipelineRuns, type PipelineRun } from '../../src/mlops/pipelines/schema.ts';
import type { Client } from '../connection/client.ts';
import { createOwnServer } from '../mlflow/server.ts';
import type { Compared, Metrics } from './report.ts';

const RunMetrics = z.object({
  run: z.object({ data: z.object({ metrics: z.array(z.object({ key: z.string(), value: z.number() })).default([]) }) }),
});

/** A run and the last earlier run that succeeded, with the metrics of their steps. */
export async function compared(client: Client, run: PipelineRun): Promise<Compared> {
  const before = await lastGood(client, run);
  return {
    run,
    before,
    metrics: await readMetrics(client, run),
    metricsBefore: before === null ? new Map() : await readMetrics(client, before),
  };
}

async function lastGood(client: Client, { pipeline, number }: PipelineRun): Promise<PipelineRun | null> {
  const { runs } = await client.call(listPipelineRuns, { params: { pipeline } });
  const found = runs.find((one) => one.number < number && one.state === 'succeeded');
  return found === undefined ? null : client.call(getPipelineRun, { params: { pipeline, run: found.run } });
}

async function readMetrics(client: Client, { stepList }: PipelineRun): Promise<Metrics> {
  const mlflow = createOwnServer(client);
  const found = new Map<string, Record<string, number>>();
  for (const { step, mlflowRun } of stepList) {
    if (mlflowRun === null) continue;
    const { run } = await mlflow.get('runs/get', { run_id: mlflowRun }, RunMetrics);
    const metrics = run.data.metrics.filter(({ key }) => !key.startsWith('system/'));
    if (metrics.length > 0) found.set(step, Object.fromEntries(metrics.map(({ key, value }) => [key, value])));
  }
  return found;
}
