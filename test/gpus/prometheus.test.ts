import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MOST_POINTS, QueryTooLarge, queryRange } from '../../src/finops/gpu-telemetry/sources/prometheus.ts';
import { applyText, gpuSource, syncAll } from '../../src/finops/testing/gpu-sources.ts';
import { idle } from '../../src/finops/testing/gpus.ts';
import { listContainerUse } from '../../src/finops/workloads/schema.ts';
import type { Application } from '../../src/main.ts';
import { call, testApplication } from '../../src/testing/application.ts';
import { findPrometheus, type ScrapeJob, startPrometheus } from '../support/prometheus.ts';

const gpu = (index: number, more: string) =>
  `gpu="${index}",UUID="GPU-${index}",pci_bus_id="00000000:17:00.0",device="nvidia${index}",modelName="NVIDIA H100 80GB HBM3",hostname="n1",${more}`;
const pod = (name: string) => `container="main",namespace="research",pod="${name}"`;
const NOBODY = 'container="",namespace="",pod=""';
const part = (id: number, profile: string, of: string) => gpu(3, `GPU_I_PROFILE="${profile}",GPU_I_ID="${id}",${of}`);

/**
 * Answer of a DCGM exporter with its default counters: a busy GPU, one that is time-sliced between two pods, one
 * without a pod, one in two parts, and one without values. No real GPU is involved.
 */
const EXPORTED = `# HELP DCGM_FI_DEV_GPU_UTIL GPU utilization (in %).
# TYPE DCGM_FI_DEV_GPU_UTIL gauge
DCGM_FI_DEV_GPU_UTIL{${gpu(0, pod('train'))}} 100
DCGM_FI_DEV_GPU_UTIL{${gpu(1, pod('a'))}} 99
DCGM_FI_DEV_GPU_UTIL{${gpu(1, pod('b'))}} 99
DCGM_FI_DEV_GPU_UTIL{${gpu(2, NOBODY)}} 0
DCGM_FI_DEV_GPU_UTIL{${gpu(4, NOBODY)}} 2147483634
# HELP DCGM_FI_DEV_FB_USED Framebuffer memory used (in MiB).
# TYPE DCGM_FI_DEV_FB_USED gauge
DCGM_FI_DEV_FB_USED{${gpu(0, pod('train'))}} 40960
DCGM_FI_DEV_FB_USED{${gpu(2, NOBODY)}} 4
# HELP DCGM_FI_PROF_GR_ENGINE_ACTIVE Ratio of time the graphics engine is active.
# TYPE DCGM_FI_PROF_GR_ENGINE_ACTIVE gauge
DCGM_FI_PROF_GR_ENGINE_ACTIVE{${gpu(0, pod('train'))}} 0.61
DCGM_FI_PROF_GR_ENGINE_ACTIVE{${part(1, '3g.40gb', pod('serve'))}} 0.004
DCGM_FI_PROF_GR_ENGINE_ACTIVE{${part(2, '4g.40gb', pod('tune'))}} 0.5
`;
const CONTAINER = 'namespace="shop",pod="api-7d9f-a",container="api"';
const MIB = 1024 ** 2;

/**
 * Answers of a kubelet (cAdvisor) and kube-state-metrics: a container that uses a quarter of a CPU and was restarted 2
 * s ago, with the sum over its pod, the pause container, and the sum of the node, all of the same CPU. `second`: time
 * since the first answer.
 */
const containersAt = (second: number) => {
  const counted = 1000 + 0.25 * second;
  const cpu = (labels: string, value: number) => `container_cpu_usage_seconds_total{${labels},cpu="total"} ${value}`;
  const memory = (labels: string, mib: number) => `container_memory_working_set_bytes{${labels}} ${mib * MIB}`;
  const ksm = (name: string, labels: string, value: number) => `kube_${name}{namespace="shop",${labels}} ${value}`;
  const inPod = 'pod="api-7d9f-a",container="api"';
  return `# TYPE container_cpu_usage_seconds_total counter
${cpu('id="/"', 9 * counted)}
${cpu('id="/kubepods/a",namespace="shop",pod="api-7d9f-a"', counted)}
${cpu('id="/kubepods/a/0",namespace="shop",pod="api-7d9f-a",container="POD"', 0.01 * second)}
${cpu(`id="/kubepods/a/1",${CONTAINER}`, second < RESTARTS_AT ? counted : counted - 1000 - 0.25 * RESTARTS_AT)}
# TYPE container_memory_working_set_bytes gauge
${memory('id="/kubepods/a",namespace="shop",pod="api-7d9f-a"', 901)}
${memory(`id="/kubepods/a/1",${CONTAINER}`, Math.floor(second) % 3 === 1 ? 300 : 200)}
# TYPE kube_pod_container_resource_requests gauge
${ksm('pod_container_resource_requests', `${inPod},resource="cpu",unit="core",node="n1",uid="u"`, 2)}
${ksm('pod_container_resource_requests', `${inPod},resource="memory",unit="byte",node="n1",uid="u"`, 1024 * MIB)}
${ksm('pod_container_resource_limits', `${inPod},resource="memory",unit="byte",node="n1",uid="u"`, 2048 * MIB)}
${ksm('pod_container_status_running', `${inPod},uid="u"`, 1)}
${ksm('pod_info', 'pod="api-7d9f-a",node="n1",uid="u",created_by_kind="ReplicaSet",created_by_name="api-7d9f"', 1)}
${ksm('replicaset_owner', 'replicaset="api-7d9f",owner_kind="Deployment",owner_name="api",owner_is_controller="true"', 1)}
`;
};
/** Time of the restart in seconds after the start of the exporter. */
const RESTARTS_AT = 5;

/** Expected mean utilization by GPU. */
const MEANS = { 'GPU-0': 0.61, 'GPU-1': 0.99, 'GPU-2': 0, 'GPU-3/1': 0, 'GPU-3/2': 0.5 };
const SOON = { timeout: 20_000, interval: 250 };

async function exporter(): Promise<string> {
  const begunAt = performance.now();
  const server = createServer((_, answer) => {
    const second = (performance.now() - begunAt) / 1000;
    answer.setHeader('content-type', 'text/plain; version=0.0.4').end(EXPORTED + containersAt(second));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Where labels are not honoured, `pod` is the exporter's own and the work's is `exported_pod`. */
const scrapeJob = (name: string, target: string, honorLabels: boolean): ScrapeJob => {
  return { name, target, honorLabels, labels: { namespace: 'gpu-operator', pod: 'node-agent-n1' } };
};

async function listening(): Promise<{ application: Application; url: string }> {
  const application = await testApplication();
  onTestFinished(() => application[Symbol.asyncDispose]());
  const url = await application.http.listen({ port: 0, host: '127.0.0.1' });
  return { application, url };
}

async function means(application: Application) {
  const { byGpu } = await idle(application);
  return Object.fromEntries(
    byGpu.map(({ gpu: name, meanUtilizationRatio }) => [name, meanUtilizationRatio]).toSorted(),
  );
}

describe.skipIf(!findPrometheus() && process.env.CI === undefined)(
  'readings of GPUs, by a real Prometheus that scrapes what a DCGM exporter answered (skipped where prometheus is missing)',
  () => {
    it('are sent by its remote write, and asked for whether or not it honours the labels of the exporter', async () => {
      const [sent, honoured, renamed] = [await listening(), await listening(), await listening()];
      await applyText(sent.application, gpuSource('cluster', '{ type: push, interval: 1s }'));
      const target = await exporter();
      const jobs = [scrapeJob('honoured', target, true), scrapeJob('renamed', target, false)];
      const remoteWrite = `${sent.url}/api/v1/gpus/sources/cluster/write`;
      const asked = Object.entries({ honoured, renamed });
      {
        await using prometheus = await startPrometheus(jobs, { remoteWrite });
        for (const [job, { application }] of asked) {
          const containers = `containers: { interval: 3s, selector: 'job="${job}"' }`;
          const times = `interval: 1s, backfill: 1m, overlap: 10s, ${containers}`;
          const spec = `{ type: prometheus, url: "${prometheus.url}", ${times}, selector: 'job="${job}"' }`;
          await applyText(application, gpuSource('cluster', spec));
          await expect
            .poll(async () => {
              const [source] = await syncAll(application);
              return [source?.lastError, source?.readings === 0 ? {} : await means(application)];
            }, SOON)
            .toEqual([null, MEANS]);
          const [source] = await syncAll(application);
          expect(source).toMatchObject({ state: 'ok', leftOut: [{ reason: 'a mark of DCGM for "not known"' }] });
        }
        await expect.poll(() => means(sent.application), SOON).toEqual(MEANS);
        for (const [, { application }] of asked) await containersAreKnown(application);
        const before = (await idle(sent.application)).samples;
        await expect.poll(async () => (await idle(sent.application)).samples, SOON).toBeGreaterThan(before);
        await refusals(prometheus.url);
      }
      for (const [, { application }] of asked) {
        const [gone] = await syncAll(application);
        expect(gone).toMatchObject({ state: 'failed', lastError: { code: 'gpu_source_unreachable' } });
        expect(await means(application)).toEqual(MEANS);
      }
    });
  },
);

/**
 * Checks the rates that Prometheus computes from the counter, including its reset: an unadjusted rate would be far off,
 * or below zero.
 */
async function containersAreKnown(application: Application): Promise<void> {
  const known = async () => {
    await syncAll(application);
    return (await call(application, listContainerUse)).containers;
  };
  await expect.poll(async () => (await known())[0]?.readings ?? 0, SOON).toBeGreaterThan(2);
  const [use, ...others] = await known();
  expect(others).toEqual([]);
  expect(use).toMatchObject({
    ...{ namespace: 'shop', workloadKind: 'Deployment', workload: 'api', container: 'api', pods: 1 },
    ...{ cpuRequest: 2, cpuLimit: null, memoryRequestBytes: 1024 * MIB, memoryLimitBytes: 2048 * MIB },
    memoryMaxBytes: 300 * MIB,
  });
  // The rate of a few scrapes at whole seconds, without a jump of a thousand seconds.
  expect(use?.cpusP95).toBeGreaterThan(0.2);
  expect(use?.cpusP95).toBeLessThan(0.35);
}

async function refusals(url: string): Promise<void> {
  const stepMs = 1000;
  const said = (query: string, points: number) => {
    const end = Math.floor(Date.now() / stepMs) * stepMs;
    const range = { query, start: end - points * stepMs, end, stepMs };
    return queryRange({ url, token: undefined }, range, new AbortController().signal).then(
      () => null,
      (error: Error) => error,
    );
  };
  expect(await said('DCGM_FI_DEV_GPU_UTIL', MOST_POINTS)).toBeNull();
  expect(await said('DCGM_FI_DEV_GPU_UTIL', MOST_POINTS + 1)).toBeInstanceOf(QueryTooLarge);
  expect(await said('DCGM_FI_DEV_GPU_UTIL{', 60)).toMatchObject({ code: 'gpu_source_refused' });
}
