import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { processEnvironment } from '../../src/platform/environment/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import { type Doors, openDoors, sent } from '../security/doors.ts';
import { mlflowClients } from '../support/mlflow-server.ts';
import { onEachStore } from '../support/stores.ts';

/** Makes calls one after another, each with separate credentials: the client reads them for every request. */
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

def set_alias(model, version):
    MlflowClient().set_registered_model_alias(model, "champion", version)

def register_run():
    with mlflow.start_run() as run:
        mlflow.log_text("the model", "model/model.txt")
    name = f"registered {mlflow.__version__} {run.info.run_id}"
    MlflowClient().create_registered_model(name)
    MlflowClient().create_model_version(name, f"runs:/{run.info.run_id}/model", run.info.run_id)
    return run.info.run_id

def overwrite(run_id):
    MlflowClient().log_text(run_id, "EVIL", "model/model.txt")

def note(run_id):
    MlflowClient().log_text(run_id, "later", "notes/later.txt")
    return mlflow.artifacts.load_text(f"runs:/{run_id}/model/model.txt")

def begin_for_team():
    with mlflow.start_run(tags={"steelyard.team": "alpha"}) as run:
        mlflow.log_metric("m", 1.0)
    return run.info.run_id

def log_metric(run_id):
    MlflowClient().log_metric(run_id, "m", 2.0)

def set_tag(run_id):
    MlflowClient().set_tag(run_id, "steelyard.team", "beta")

def delete_run(run_id):
    MlflowClient().delete_run(run_id)

answers = []
for call, credentials, *arguments in json.loads(sys.argv[1]):
    for name in ("USERNAME", "PASSWORD", "TOKEN"):
        os.environ.pop(f"MLFLOW_TRACKING_{name}", None)
    os.environ.update(credentials)
    try:
        answers.append(globals()[call](*arguments))
    except MlflowException as error:
        answers.append(f"{error.error_code} {error.get_http_status_code()}" if arguments == [] else f"{error.error_code} {error.get_http_status_code()}: {error.message}")
    except Exception as error:
        answers.append(f"{type(error).__name__}: {error}")
print(json.dumps(answers))
`;

type Call = readonly [call: string, credentials: Readonly<Record<string, string>>, ...arguments: string[]];

onEachStore(({ newDatabase }) => {
  let doors: Doors;
  let address = '';
  beforeAll(async () => {
    doors = await openDoors({}, { database: await newDatabase() });
    address = await listenOn(doors.application.http, { host: '127.0.0.1', port: 0 });
  });
  afterAll(() => doors?.[Symbol.asyncDispose]());

  /** A team with a member, and a model with two versions whose alias `champion` a policy governs. */
  const governedModel = async (client: string) => {
    const administrator = doors.as('admin');
    const ask = (method: 'GET' | 'POST', url: string, body: object) =>
      sent(doors.application, method, url, administrator, body);
    const names = { model: `governed-${client}`, account: `outsider-${client.replaceAll('.', '-')}` };
    const policy = {
      model: names.model,
      currency: 'USD',
      quality: [{ metric: 'accuracy', direction: 'higher', floor: '0.5' }],
      cost: [{ measure: 'trainingCost', atMost: '1' }],
    };
    const document = (kind: string, name: string, spec: object) => {
      const text = JSON.stringify({ apiVersion: 'steelyard/v1', kind, metadata: { name }, spec });
      return { file: `${kind}.yaml`, text };
    };
    await ask('POST', '/api/2.0/mlflow/registered-models/create', { name: names.model });
    for (const source of ['s3://models/1', 's3://models/2']) {
      await ask('POST', '/api/2.0/mlflow/model-versions/create', { name: names.model, source });
    }
    const champion = { name: names.model, alias: 'champion', version: '1' };
    await ask('POST', '/api/2.0/mlflow/registered-models/alias', champion);
    const documents = [
      document('Team', 'alpha', {}),
      document('Policy', `policy-${client.replaceAll('.', '-')}`, policy),
    ];
    await ask('POST', '/api/v1/apply', { documents });
    await doors.application.http.inject({
      method: 'PUT',
      url: '/api/v1/teams/alpha/members/contributor',
      headers: { host: 'localhost', ...administrator },
      payload: { role: 'contributor' },
    });
    await ask('POST', '/api/v1/accounts', { name: names.account, role: 'contributor', password: null });
    const token = await ask('POST', '/api/v1/tokens', { label: 'x', account: names.account });
    const bearer = (authorization: string) => ({ MLFLOW_TRACKING_TOKEN: authorization.replace('Bearer ', '') });
    return {
      model: names.model,
      member: bearer(doors.as('contributor').authorization),
      admin: bearer(administrator.authorization),
      outsider: bearer((token as { secret: string }).secret),
    };
  };

  const answersOf = async (python: string, calls: readonly Call[]): Promise<unknown[]> => {
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
        const expected: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
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

    it.skipIf(!existsSync(python))(
      `is told why it may not move a governed alias, overwrite a registered version or change a run of another team (needs Python's mlflow ${client})`,
      async () => {
        const { member, outsider, admin, model } = await governedModel(client);
        const [runId, registered] = (await answersOf(python, [
          ['begin_for_team', member],
          ['register_run', member],
        ])) as [string, string];
        const [alias, asAdmin, overwritten, noted, ...ofOthers] = await answersOf(python, [
          ['set_alias', member, model, '2'],
          ['set_alias', admin, model, '2'],
          ['overwrite', member, registered],
          ['note', member, registered],
          ['log_metric', outsider, runId],
          ['set_tag', outsider, runId],
          ['delete_run', outsider, runId],
          ['note', outsider, runId],
          ['log_metric', member, runId],
        ]);
        for (const answer of [alias, asAdmin]) {
          expect(answer).toMatch(/^PERMISSION_DENIED 403: /);
          expect(answer).toContain(`steelyard gate check ${model} 2 --policy`);
        }
        expect(overwritten).toMatch(/409.*registered/s);
        expect(noted).toBe('the model');
        for (const answer of ofOthers.slice(0, 3)) {
          expect(answer).toMatch(/^PERMISSION_DENIED 403: .*belongs to team "alpha"/);
        }
        expect(ofOthers[3]).toMatch(/403.*belongs to team/s);
        expect(ofOthers[4]).toBeNull();
      },
    );
  });
});
