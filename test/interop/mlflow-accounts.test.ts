import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { processEnvironment } from '../../src/platform/config/index.ts';
import { listen } from '../../src/platform/http/index.ts';
import { type Doors, openDoors } from '../security/doors.ts';
import { mlflowClients } from '../support/mlflow-server.ts';
import { onEachStore } from '../support/stores.ts';

/** Runs calls one after another, each with credentials of its own: the client reads them anew for every request. */
const PROGRAM = `
import json, os, sys, mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

def log():
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1.0)
        mlflow.log_params({"a": 1})
        mlflow.log_text("hello", "note.txt")
    found = mlflow.search_runs(experiment_ids=["0"], filter_string="metrics.m = 1", output_format="list")
    assert run.info.run_id in [one.info.run_id for one in found]
    return mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/note.txt")

def register():
    name = f"model {mlflow.__version__} {len(MlflowClient().search_registered_models())}"
    MlflowClient().create_registered_model(name)
    return MlflowClient().create_model_version(name, "s3://models/m").version

def create_experiment():
    return mlflow.create_experiment("refused")

def delete_model():
    return MlflowClient().delete_registered_model(MlflowClient().search_registered_models()[0].name)

answers = []
for call, credentials in json.loads(sys.argv[1]):
    for name in ("USERNAME", "PASSWORD", "TOKEN"):
        os.environ.pop(f"MLFLOW_TRACKING_{name}", None)
    os.environ.update(credentials)
    try:
        answers.append(globals()[call]())
    except MlflowException as error:
        answers.append(f"{error.error_code} {error.get_http_status_code()}")
print(json.dumps(answers))
`;

type Call = readonly ['log' | 'register' | 'create_experiment' | 'delete_model', Readonly<Record<string, string>>];

onEachStore(({ newDatabase }) => {
  let doors: Doors;
  let address = '';
  beforeAll(async () => {
    doors = await openDoors({}, { database: await newDatabase() });
    address = await listen(doors.application.http, { host: '127.0.0.1', port: 0 });
  });
  afterAll(() => doors?.[Symbol.asyncDispose]());

  const answersOf = async (python: string, calls: readonly Call[]): Promise<unknown> => {
    const { stdout } = await promisify(execFile)(python, ['-c', PROGRAM, JSON.stringify(calls)], {
      env: {
        ...processEnvironment(),
        MLFLOW_TRACKING_URI: address,
        MLFLOW_DISABLE_TELEMETRY: 'true',
        MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
        PYTHONDONTWRITEBYTECODE: '1',
      },
      timeout: 170_000,
    });
    return z.array(z.unknown()).parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  };

  describe.each(mlflowClients())('the MLflow client $client at a server with accounts', ({ client, python }) => {
    it.skipIf(!existsSync(python))(
      `logs with a name and a password, with a token, and is told what it may not (needs Python's mlflow ${client})`,
      async () => {
        const tokenOf = (role: 'viewer' | 'contributor') => ({
          MLFLOW_TRACKING_TOKEN: doors.as(role).authorization.replace('Bearer ', ''),
        });
        const named = (password: string) => ({
          MLFLOW_TRACKING_USERNAME: 'contributor',
          MLFLOW_TRACKING_PASSWORD: password,
        });
        const password = doors.password('contributor');
        const expected: readonly (readonly [...Call, string])[] = [
          ['log', named(password), 'hello'],
          ['log', named(tokenOf('contributor').MLFLOW_TRACKING_TOKEN), 'hello'],
          ['log', tokenOf('contributor'), 'hello'],
          ['register', named(password), '1'],
          ['register', tokenOf('contributor'), '1'],
          ['delete_model', tokenOf('contributor'), 'PERMISSION_DENIED 403'],
          ['create_experiment', tokenOf('viewer'), 'PERMISSION_DENIED 403'],
          ['create_experiment', named('wrong'), 'UNAUTHENTICATED 401'],
          ['create_experiment', { MLFLOW_TRACKING_TOKEN: 'sy_unknown' }, 'UNAUTHENTICATED 401'],
          ['create_experiment', {}, 'UNAUTHENTICATED 401'],
        ];
        const answers = await answersOf(
          python,
          expected.map(([call, credentials]) => [call, credentials]),
        );
        expect(answers).toEqual(expected.map(([, , answer]) => answer));
      },
    );
  });
});
