import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processEnvironment } from '../../src/platform/config/index.ts';
import { listen } from '../../src/platform/http/index.ts';
import { type Doors, openDoors } from '../security/doors.ts';

const root = join(import.meta.dirname, '..', '..');
const python = processEnvironment().TEST_MLFLOW_PYTHON ?? join(root, '.cache', 'mlflow', 'bin', 'python');

const LOG = `
import mlflow, sys
with mlflow.start_run() as run:
    mlflow.log_metric("m", 1.0)
    mlflow.log_params({"a": 1})
    mlflow.log_text("hello", "note.txt")
print(mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/note.txt"))
`;
const FAIL = `
import mlflow
from mlflow.exceptions import MlflowException
try:
    mlflow.create_experiment("refused")
except MlflowException as error:
    print(error.error_code, error.get_http_status_code())
`;

describe.skipIf(!existsSync(python))('MLflow’s client at a server with accounts (needs Python’s mlflow)', () => {
  let doors: Doors;
  let address = '';
  beforeAll(async () => {
    doors = await openDoors();
    address = await listen(doors.application.http, { host: '127.0.0.1', port: 0 });
  });
  afterAll(() => doors?.[Symbol.asyncDispose]());

  const run = async (program: string, credentials: Record<string, string>): Promise<string> => {
    const { stdout } = await promisify(execFile)(python, ['-c', program], {
      env: {
        ...processEnvironment(),
        MLFLOW_TRACKING_URI: address,
        MLFLOW_DISABLE_TELEMETRY: 'true',
        MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
        PYTHONDONTWRITEBYTECODE: '1',
        ...credentials,
      },
      timeout: 170_000,
    });
    return stdout.trim().split('\n').at(-1) ?? '';
  };

  it('logs with a name and a password, and with a token', async () => {
    const password = doors.password('contributor');
    const named = { MLFLOW_TRACKING_USERNAME: 'contributor', MLFLOW_TRACKING_PASSWORD: password };
    expect(await run(LOG, named)).toBe('hello');
    const token = doors.as('contributor').authorization.replace('Bearer ', '');
    expect(await run(LOG, { MLFLOW_TRACKING_TOKEN: token })).toBe('hello');
  });

  it('is told in its own words that it may not, or that nobody knows it', async () => {
    const token = doors.as('viewer').authorization.replace('Bearer ', '');
    expect(await run(FAIL, { MLFLOW_TRACKING_TOKEN: token })).toBe('PERMISSION_DENIED 403');
    expect(await run(FAIL, {})).toBe('UNAUTHENTICATED 401');
  });
});
