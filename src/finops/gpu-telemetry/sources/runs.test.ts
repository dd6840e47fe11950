import { describe, expect, it, onTestFinished } from 'vitest';
import { call, testApplication } from '../../../testing/application.ts';
import { getGpuOwners } from '../../gpu-usage/schema.ts';
import { applyText, gpuSource, syncAll } from '../../testing/gpu-sources.ts';
import { idle } from '../../testing/gpus.ts';

const START = Date.parse('2026-11-02T10:00:00Z');
const STEP = 10_000;

describe('system metrics of runs', () => {
  it('are readings of the GPUs of the run, where a source says so', async () => {
    const clock = { at: START + 3_600_000 };
    const application = await testApplication({ clock: { now: () => clock.at } });
    onTestFinished(() => application[Symbol.asyncDispose]());
    const mlflow = async (path: string, payload: object) => {
      const url = `/api/2.0/mlflow/${path}`;
      const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });
      expect(answer.statusCode, answer.body).toBe(200);
      return answer.json() as { run: { info: { run_id: string } } };
    };
    const { run_id } = (await mlflow('runs/create', { experiment_id: '0' })).run.info;
    const log = (from: number, count: number) => {
      const metrics = Array.from({ length: count }, (_, index) => from + index).flatMap((step) => {
        const at = { step, timestamp: START + step * STEP };
        return [
          { key: 'system/gpu_0_utilization_percentage', value: 0, ...at },
          { key: 'system/gpu_0_memory_usage_megabytes', value: 2000, ...at },
          { key: 'system/node1/gpu_0_utilization_percentage', value: 50, ...at },
          { key: 'system/gpu_0_power_usage_watts', value: 70, ...at },
        ];
      });
      return mlflow('runs/log-batch', { run_id, metrics });
    };
    const read = async () => {
      clock.at += 300_000;
      await application.events.drain();
      clock.at += 300_000;
      await application.jobs.drain();
      return syncAll(application);
    };
    await log(0, 10);
    expect(await read()).toEqual([]);
    await applyText(application, gpuSource('runs', '{ type: mlflow, price: { amount: "3.6", currency: USD } }'));
    await log(10, 190);
    expect(await read()).toMatchObject([
      { state: 'ok', readings: 600, signals: [{ signal: 'utilization_percentage', gpus: 2 }] },
    ]);
    const found = await idle(application);
    expect(found).toMatchObject({
      gpus: 2,
      byGpu: [
        { gpu: `run:${run_id}:gpu_0`, meanUtilizationRatio: 0, idlePeriods: 1 },
        { gpu: `run:${run_id}:node1/gpu_0`, meanUtilizationRatio: 0.5 },
      ],
    });
    expect(found.buckets.idleHeldGpuHours).toBeCloseTo(2000 / 3600, 9);
    await log(200, 30);
    await read();
    expect((await idle(application)).byGpu[0]?.gpuHours).toBeCloseTo(2300 / 3600, 9);
    const { groups } = await call(application, getGpuOwners, { query: { by: 'run' } });
    expect(groups).toMatchObject([{ key: run_id, kind: 'owner', gpus: 2 }]);
    expect(Number(groups[0]?.cost.paid)).toBeCloseTo((2 * 2300 * 3.6) / 3600, 9);
    await expect(applyText(application, gpuSource('more', '{ type: mlflow }'))).rejects.toThrow(
      /of type mlflow reads the metrics of runs already/,
    );
  });
});
