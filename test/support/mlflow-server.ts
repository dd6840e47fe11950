import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeep } from '../../src/testing/deep.ts';
import { onFreePort } from './free-port.ts';
import { startServerChild } from './server-child.ts';

/** Python with the newest `mlflow`: of TEST_MLFLOW_PYTHON, or of the environment in `.cache/mlflow`; null where neither is. */
export function findMlflowPython(): string | null {
  const fallback = join(import.meta.dirname, '..', '..', '.cache', 'mlflow', 'bin', 'python');
  const program = process.env.TEST_MLFLOW_PYTHON ?? fallback;
  return existsSync(program) ? program : null;
}

/** The newest client, and in the deep run older ones too, with the Python of each, which may not be there. */
export function mlflowClients(): { readonly client: string; readonly python: string }[] {
  const cache = join(import.meta.dirname, '..', '..', '.cache');
  const { TEST_MLFLOW_PYTHON_2_22, TEST_MLFLOW_PYTHON_3_6 } = process.env;
  const newest = { client: 'newest', python: findMlflowPython() ?? '' };
  if (!isDeep) return [newest];
  return [
    { client: '2.22', python: TEST_MLFLOW_PYTHON_2_22 ?? join(cache, 'mlflow-2.22', 'bin', 'python') },
    { client: '3.6', python: TEST_MLFLOW_PYTHON_3_6 ?? join(cache, 'mlflow-3.6', 'bin', 'python') },
    newest,
  ];
}

export interface MlflowServer extends AsyncDisposable {
  readonly url: string;
}

/** MLflow's own server with one worker, a fresh SQLite store and served artifacts; disposing ends it. */
export function startMlflowServer(python: string): Promise<MlflowServer> {
  return onFreePort((port) => startOn(port, python));
}

async function startOn(port: number, python: string): Promise<MlflowServer> {
  const folder = mkdtempSync(join(tmpdir(), 'mlflow-server-'));
  const url = `http://127.0.0.1:${port}`;
  const store = ['--backend-store-uri', `sqlite:///${join(folder, 'store.db')}`];
  const artifacts = ['--serve-artifacts', '--artifacts-destination', join(folder, 'artifacts')];
  const place = ['--host', '127.0.0.1', '--port', String(port), '--workers', '1'];
  const environment = { HOME: folder, MLFLOW_DISABLE_TELEMETRY: 'true', MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' };
  const ready = async () => (await fetch(`${url}/health`)).ok;
  const words = ['-m', 'mlflow', 'server', ...store, ...artifacts, ...place];
  const child = await startServerChild(python, words, environment, ready);
  const dispose = async () => {
    await child.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, [Symbol.asyncDispose]: dispose };
}
