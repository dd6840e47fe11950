import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

export interface HealthTimes {
  /** Slowest answer of /health, in milliseconds. */
  readonly worstMs: number;
  /**
   * The most processor time that the server's event loop took while one /health waited: an estimate of its latency on a
   * quiet machine.
   */
  readonly worstLoopCpuMs: number;
  readonly asked: number;
}

/** In a separate thread, so that the attacker's computations delay no request. */
const PROBE = `
const { workerData, parentPort } = require('node:worker_threads');
const { readFileSync } = require('node:fs');
const { get, Agent } = require('node:http');
const agent = new Agent({ keepAlive: true });
const { url, pid } = workerData;
const cpuMs = () => { try { return Number(readFileSync('/proc/' + pid + '/task/' + pid + '/schedstat', 'utf8').split(' ')[0]) / 1e6; } catch { return 0; } };
let worstMs = 0, worstLoopCpuMs = 0, asked = 0, ended = false;
parentPort.once('message', () => { ended = true; });
const ask = () => new Promise((done, failed) => get(url + '/health', { agent }, (answer) => answer.resume().on('end', done)).on('error', failed));
(async () => {
  await ask();
  parentPort.postMessage('ready');
  while (!ended) {
    const [began, cpu] = [performance.now(), cpuMs()];
    await ask();
    worstMs = Math.max(worstMs, performance.now() - began);
    worstLoopCpuMs = Math.max(worstLoopCpuMs, cpuMs() - cpu);
    asked += 1;
    await new Promise((next) => setTimeout(next, 5));
  }
  agent.destroy();
  parentPort.postMessage({ worstMs, worstLoopCpuMs, asked });
})();`;

/** Polls /health while `work` runs; throws on a failed request. */
export async function probeHealth(
  server: { readonly url: string; readonly pid: number },
  work: () => Promise<void>,
): Promise<HealthTimes> {
  const worker = new Worker(PROBE, { eval: true, workerData: server });
  const failed = once(worker, 'error').then(([error]) => Promise.reject(error));
  failed.catch(() => undefined);
  try {
    await Promise.race([once(worker, 'message'), failed]);
    await work();
    worker.postMessage('end');
    const [times] = await Promise.race([once(worker, 'message'), failed]);
    return times;
  } finally {
    await worker.terminate();
  }
}

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}
