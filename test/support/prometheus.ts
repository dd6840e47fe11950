import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onFreePort } from './free-port.ts';
import { spawnLogged } from './logged-program.ts';

/** True if Prometheus is installed: Debian's package has only the program. */
export function findPrometheus(): boolean {
  try {
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export interface ScrapeJob {
  readonly name: string;
  /** `host:port` that it scrapes every second. */
  readonly target: string;
  readonly honorLabels: boolean;
  /** Labels that Prometheus adds to scraped series, as it does with the exporter's own pod. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface PrometheusOptions {
  /** Target to which it forwards all scraped samples immediately. */
  readonly remoteWrite?: string;
  /** Files with rules that it evaluates every second. */
  readonly ruleFiles?: readonly string[];
}

/** A real Prometheus in a new folder that scrapes these jobs. */
export async function startPrometheus(
  jobs: readonly ScrapeJob[],
  { remoteWrite, ruleFiles = [] }: PrometheusOptions = {},
): Promise<AsyncDisposable & { readonly url: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const config = join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ruleFiles,
      scrape_configs: jobs.map(({ name, target, honorLabels, labels }) => ({
        job_name: name,
        honor_labels: honorLabels,
        static_configs: [{ targets: [target], labels }],
      })),
      ...(remoteWrite === undefined
        ? {}
        : { remote_write: [{ url: remoteWrite, queue_config: { batch_send_deadline: '1s' } }] }),
    }),
  );
  return onFreePort(async (port) => {
    const flags = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const program = spawnLogged('prometheus', flags, join(folder, 'prometheus.log'));
    return {
      url: `http://127.0.0.1:${port}`,
      async [Symbol.asyncDispose]() {
        await program[Symbol.asyncDispose]();
        rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
      },
    };
  });
}
