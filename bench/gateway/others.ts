import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, type ServerProcess, startServer } from '../server-process.ts';

/** Another server of the same graph, and its request. */
export interface OtherServer {
  readonly name: string;
  readonly path: string;
  start(folder: string, cores: string | null): Promise<ServerProcess>;
}

const QUIET = { MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true', PYTHONUNBUFFERED: '1' };

/** Those that a Python has: `TEST_SERVING_PYTHON`, or `.cache/serving/bin/python`. */
export function otherServers(graph: string): OtherServer[] {
  const cached = fileURLToPath(new URL('../../.cache/serving/bin/python', import.meta.url));
  const python = process.env.TEST_SERVING_PYTHON ?? (existsSync(cached) ? cached : null);
  if (python === null) return [];
  const program = fileURLToPath(new URL('./serving-bench.py', import.meta.url));
  const [mlflow, mlserver] = execFileSync(python, [program, 'versions'], { encoding: 'utf8' }).trim().split(' ');
  const found: OtherServer[] = [];
  if (mlflow !== '-') {
    found.push({
      name: `mlflow models serve ${mlflow}`,
      path: '/invocations',
      async start(folder, cores) {
        mkdirSync(folder, { recursive: true });
        const model = join(folder, 'model');
        execFileSync(python, [program, 'model', graph, model], { stdio: 'ignore', env: { ...process.env, ...QUIET } });
        const port = await freePort();
        const args = ['-m', 'mlflow', 'models', 'serve', '-m', model, '-p', String(port), '-h', '127.0.0.1'];
        args.push('--env-manager', 'local');
        return startServer({ program: python, args, port, folder, environment: withPath(python), cores });
      },
    });
  }
  if (mlserver !== '-') {
    found.push({
      name: `MLServer ${mlserver}`,
      path: '/v2/models/bench/infer',
      start: (folder, cores) => startMlserver(python, graph, folder, cores),
    });
  }
  return found;
}

/** MLflow starts `uvicorn` by its name. */
function withPath(python: string): Record<string, string> {
  return { ...QUIET, PATH: `${join(python, '..')}:${process.env.PATH ?? ''}` };
}

async function startMlserver(
  python: string,
  graph: string,
  folder: string,
  cores: string | null,
): Promise<ServerProcess> {
  mkdirSync(folder, { recursive: true });
  copyFileSync(fileURLToPath(new URL('./mlserver_onnx.py', import.meta.url)), join(folder, 'mlserver_onnx.py'));
  const port = await freePort();
  const settings = {
    http_port: port,
    grpc_port: await freePort(),
    metrics_port: await freePort(),
    host: '127.0.0.1',
    parallel_workers: 0,
    debug: false,
  };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  writeFileSync(
    join(folder, 'model-settings.json'),
    JSON.stringify({ name: 'bench', implementation: 'mlserver_onnx.OnnxModel' }),
  );
  const environment = { ...withPath(python), GRAPH: graph };
  const args = ['-c', 'from mlserver.cli.main import main; main()', 'start', '.'];
  return startServer({ program: python, args, port, folder, environment, cores, healthPath: '/v2/health/ready' });
}
