import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linearGraph } from '../../src/mlops/serving/graphs.testing.ts';
import { onEachStore } from '../support/stores.ts';
import { type Doors, openDoors, sent } from './doors.ts';

/** A member of team alpha, and a contributor of the whole server outside of the team. */
type Caller = 'member' | 'outsider' | 'admin' | 'operator';

onEachStore(({ newDatabase }) => {
  let doors: Doors;
  const headers = new Map<Caller, { readonly authorization: string }>();

  async function call(caller: Caller, method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: object) {
    const answer = await doors.application.http.inject({
      method,
      url,
      headers: { host: 'localhost', ...headers.get(caller) },
      ...(body === undefined ? {} : { payload: body }),
    });
    return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() };
  }

  const mlflow = (caller: Caller, path: string, body: object) => call(caller, 'POST', `/api/2.0/mlflow/${path}`, body);
  const ALPHA = [{ key: 'steelyard.team', value: 'alpha' }];
  const notPermitted = { status: 403, body: { code: 'not_permitted', team: 'alpha' } };
  const denied = { status: 403, body: { error_code: 'PERMISSION_DENIED' } };

  beforeAll(async () => {
    doors = await openDoors({}, { database: await newDatabase(), processExecutor: 'on' });
    headers.set('admin', doors.as('admin'));
    headers.set('operator', doors.as('operator'));
    headers.set('member', doors.as('contributor'));
    const account = { name: 'outsider', role: 'contributor', password: null };
    await call('admin', 'POST', '/api/v1/accounts', account);
    const token = await call('admin', 'POST', '/api/v1/tokens', { label: 'x', account: 'outsider' });
    headers.set('outsider', { authorization: `Bearer ${token.body.secret}` });
    await apply(
      document('Team', 'alpha', {}),
      document('Project', 'alpha-search', { team: 'alpha' }),
      document('PriceBook', 'own', {
        currency: 'USD',
        source: 'test',
        prices: [{ resource: 'machine', perHour: '1', effectiveFrom: '2026-01-01' }],
      }),
    );
    const membership = { role: 'contributor' };
    expect((await call('admin', 'PUT', '/api/v1/teams/alpha/members/contributor', membership)).status).toBe(200);
  });
  afterAll(() => doors?.[Symbol.asyncDispose]());

  const document = (kind: string, name: string, spec: object) => ({
    apiVersion: 'steelyard/v1',
    kind,
    metadata: { name },
    spec,
  });

  async function apply(...documents: object[]): Promise<void> {
    const files = documents.map((text, index) => ({ file: `${index}.yaml`, text: JSON.stringify(text) }));
    await sent(doors.application, 'POST', '/api/v1/apply', doors.as('admin'), { documents: files });
  }

  const newExperiment = async (name: string, tags: object[] = ALPHA): Promise<string> =>
    (await mlflow('member', 'experiments/create', { name, tags })).body.experiment_id;
  const newRun = async (tags: object[] = ALPHA): Promise<string> =>
    (await mlflow('member', 'runs/create', { experiment_id: '0', tags })).body.run.info.run_id;

  describe('the pipeline of a team', () => {
    it.each([
      ['by its team', { team: 'alpha' }],
      ['by its project', { project: 'alpha-search' }],
    ])(
      '(%s) is run, stopped and resumed by contributors of the team, and by no other contributor',
      async (by, owner) => {
        const name = `train-${by.length}`;
        await apply(document('Pipeline', name, { ...owner, steps: { train: { run: 'tail -f /dev/null' } } }));
        const runs = `/api/v1/pipelines/${name}/runs`;
        expect(await call('outsider', 'POST', runs, {})).toMatchObject(notPermitted);
        const { run } = (await call('member', 'POST', runs, {})).body;
        expect(await call('outsider', 'POST', `${runs}/${run}/stop`)).toMatchObject(notPermitted);
        expect((await call('outsider', 'GET', `${runs}/${run}`)).status).toBe(200);
        expect((await call('member', 'POST', `${runs}/${run}/stop`)).status).toBe(200);
        const state = async () => (await call('member', 'GET', `${runs}/${run}`)).body.state;
        await expect.poll(state, { timeout: 30_000 }).toBe('stopped');
        expect(await call('outsider', 'POST', `${runs}/${run}/resume`, {})).toMatchObject(notPermitted);
        const resumed = await call('operator', 'POST', `${runs}/${run}/resume`, {});
        expect(resumed.status).toBe(200);
        expect((await call('operator', 'POST', `${runs}/${resumed.body.run}/stop`)).status).toBe(200);
      },
    );

    it('is retrained by contributors of the team alone', async () => {
      await apply(
        document('Policy', 'watched', {
          model: 'watched',
          currency: 'USD',
          quality: [{ metric: 'accuracy', direction: 'higher', floor: '0.5' }],
          cost: [{ measure: 'trainingCost', atMost: '1' }],
        }),
        document('Pipeline', 'retrain', {
          team: 'alpha',
          steps: {
            train: { run: 'echo x > model.txt', outputs: ['model.txt'] },
            register: {
              uses: 'register',
              of: 'train',
              needs: ['train'],
              model: 'watched',
              artifact: 'model.txt',
              policy: 'watched',
            },
          },
        }),
        document('Monitor', 'watched', { model: 'watched', quality: { kind: 'classification' } }),
        document('Retraining', 'again', { model: 'watched', monitor: 'watched', pipeline: 'retrain' }),
      );
      const start = '/api/v1/retrainings/again/start';
      expect(await call('outsider', 'POST', start, {})).toMatchObject(notPermitted);
      expect((await call('member', 'POST', start, {})).status).toBe(200);
    });

    it('has monitors of its models that contributors of the team alone evaluate', async () => {
      await mlflow('member', 'registered-models/create', { name: 'alpha-monitored', tags: ALPHA });
      await apply(document('Monitor', 'alpha-monitored', { model: 'alpha-monitored' }));
      const evaluate = '/api/v1/monitors/alpha-monitored/evaluate';
      expect(await call('outsider', 'POST', evaluate)).toMatchObject(notPermitted);
      expect(await call('member', 'POST', evaluate)).toMatchObject({ status: 200, body: { alerts: [] } });
    });

    it('is no secret where it is missing: the answer is that of every missing pipeline', async () => {
      expect((await call('outsider', 'POST', '/api/v1/pipelines/none/runs', {})).status).toBe(404);
    });
  });

  describe('the endpoint of a team', () => {
    it('is rolled back, moved, promoted, aborted and deleted by contributors of the team alone', async () => {
      const run = await newRun([]);
      const artifact = `/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/model/model.onnx`;
      const put = await doors.application.http.inject({
        method: 'PUT',
        url: artifact,
        headers: { host: 'localhost', ...headers.get('member') },
        payload: linearGraph([1, 1]),
      });
      expect(put.statusCode).toBe(200);
      await mlflow('member', 'registered-models/create', { name: 'served' });
      await mlflow('member', 'model-versions/create', { name: 'served', source: `runs:/${run}/model`, run_id: run });
      const main = { model: 'served', version: 1, backend: 'onnx', replicas: { min: 0, max: 1 } };
      await apply(document('Endpoint', 'alpha-endpoint', { project: 'alpha-search', variants: { main } }));
      const at = '/api/v1/endpoints/alpha-endpoint';
      for (const [method, url, body] of [
        ['POST', `${at}/rollback`, {}],
        ['POST', `${at}/traffic`, { weights: { main: 100 } }],
        ['POST', `${at}/promote`, {}],
        ['POST', `${at}/abort`, {}],
        ['DELETE', at, undefined],
      ] as const) {
        expect([url, await call('outsider', method, url, body)]).toMatchObject([url, notPermitted]);
      }
      expect((await call('outsider', 'GET', at)).status).toBe(200);
      expect((await call('member', 'DELETE', at)).status).toBe(200);
    });
  });

  describe('a reservation for a team', () => {
    const reservation = (id: string, subject: object) => ({
      reservation: id,
      subject,
      resource: 'machine',
      quantity: '1',
      origin: 'test',
    });

    it('is made, metered and settled by contributors of the team alone', async () => {
      const url = '/api/v1/budget-reservations';
      const run = await newRun();
      const subjects = [{ team: 'alpha' }, { project: 'alpha-search' }, { run }];
      for (const [index, subject] of subjects.entries()) {
        const id = `alpha-${index}`;
        expect(await call('outsider', 'POST', url, reservation(id, subject))).toMatchObject(notPermitted);
        expect((await call('member', 'POST', url, reservation(id, subject))).status).toBe(200);
        const now = new Date().toISOString();
        expect(await call('outsider', 'POST', `${url}/${id}/meter`, { at: now })).toMatchObject(notPermitted);
        expect(await call('outsider', 'POST', `${url}/${id}/settle`, { end: now })).toMatchObject(notPermitted);
        expect((await call('member', 'POST', `${url}/${id}/meter`, { at: now })).status).toBe(200);
        expect((await call('member', 'POST', `${url}/${id}/settle`, { end: now })).status).toBe(200);
      }
      expect((await call('outsider', 'POST', url, reservation('beta-1', { team: 'beta' }))).status).toBe(200);
      expect((await call('outsider', 'POST', url, reservation('free-1', {}))).status).toBe(200);
    });
  });

  describe('the traces of a team', () => {
    const idOf = (digit: string) => digit.repeat(32);
    const traceInfo = (trace: string, experiment: string, rest: object = {}) => ({
      trace: {
        trace_info: {
          trace_id: `tr-${trace}`,
          trace_location: { mlflow_experiment: { experiment_id: experiment } },
          request_time: '2026-11-01T00:00:00Z',
          state: 'OK',
          ...rest,
        },
      },
    });
    const spans = (
      caller: Caller,
      trace: string,
      experiment: string,
      attributes: object[] = [],
      resource: object[] = [],
    ) => {
      const span = {
        traceId: trace,
        spanId: '1'.repeat(16),
        name: 'step',
        startTimeUnixNano: '1700000000000000000',
        attributes,
      };
      const body = { resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ spans: [span] }] }] };
      return doors.application.http
        .inject({
          method: 'POST',
          url: '/v1/traces',
          headers: { host: 'localhost', 'x-mlflow-experiment-id': experiment, ...headers.get(caller) },
          payload: body,
        })
        .then((answer) => ({ status: answer.statusCode, body: answer.json() }));
    };
    const text = (key: string, value: string) => ({ key, value: { stringValue: value } });

    it('are begun, changed and linked by its contributors alone, wherever the message names them', async () => {
      const experiment = await newExperiment('alpha-traces');
      expect(await mlflow('outsider', 'traces', traceInfo(idOf('a'), experiment))).toMatchObject(denied);
      expect((await mlflow('member', 'traces', traceInfo(idOf('a'), experiment))).status).toBe(200);
      const trace = `tr-${idOf('a')}`;
      const at = `/api/2.0/mlflow/traces/${trace}`;
      const assessment = {
        assessment_name: 'good',
        feedback: { value: true },
        source: { source_type: 'HUMAN', source_id: 'x' },
      };
      // Another experiment in the message does not take the trace there.
      expect(await mlflow('outsider', 'traces', traceInfo(idOf('a'), '0'))).toMatchObject(denied);
      expect(await spans('outsider', idOf('a'), '0')).toMatchObject({ status: 403 });
      expect(await call('outsider', 'PATCH', `${at}/tags`, { key: 'x', value: '1' })).toMatchObject(denied);
      expect(await call('outsider', 'DELETE', `${at}/tags`, { key: 'x' })).toMatchObject(denied);
      expect(await call('outsider', 'PATCH', at, { timestamp_ms: 1_800_000_000_000 })).toMatchObject(denied);
      expect(await call('outsider', 'POST', `${at}/assessments`, { assessment })).toMatchObject(denied);
      const run = await newRun([]);
      const link = { trace_ids: [trace], run_id: run };
      expect(await mlflow('outsider', 'traces/link-to-run', link)).toMatchObject(denied);
      const prompts = { trace_id: trace, prompt_versions: [{ name: 'p', version: '1' }] };
      expect(await mlflow('outsider', 'traces/link-prompts', prompts)).toMatchObject(denied);
      expect((await call('member', 'PATCH', `${at}/tags`, { key: 'x', value: '1' })).status).toBe(200);
      expect((await spans('member', idOf('a'), experiment)).status).toBe(200);
      expect((await mlflow('member', 'traces/link-to-run', link)).status).toBe(200);
    });

    it('carry the team by a tag of their own or by their run, too', async () => {
      const tagged = traceInfo(idOf('b'), '0', { tags: { 'steelyard.team': 'alpha' } });
      expect(await mlflow('outsider', 'traces', tagged)).toMatchObject(denied);
      expect((await mlflow('member', 'traces', tagged)).status).toBe(200);
      const ofRun = traceInfo(idOf('c'), '0', { trace_metadata: { 'mlflow.sourceRun': await newRun() } });
      expect(await mlflow('outsider', 'traces', ofRun)).toMatchObject(denied);
      expect((await mlflow('member', 'traces', ofRun)).status).toBe(200);
      for (const digit of ['b', 'c']) {
        expect(await spans('outsider', idOf(digit), '0')).toMatchObject({ status: 403 });
      }
    });

    it('are not claimed for a team by spans of others, be it by the resource or by a tag', async () => {
      const team = text('steelyard.team', 'alpha');
      expect(await spans('outsider', idOf('d'), '0', [], [team])).toMatchObject({ status: 403 });
      const tag = text('mlflow.traceTag.steelyard.project', 'alpha-search');
      expect(await spans('outsider', idOf('d'), '0', [tag])).toMatchObject({ status: 403 });
      expect((await spans('outsider', idOf('d'), '0', [text('other', 'alpha')])).status).toBe(200);
      expect((await spans('member', idOf('e'), '0', [tag], [team])).status).toBe(200);
    });
  });

  describe('the model of a team', () => {
    it('gets predictions, labels and gate checks from contributors of the team alone', async () => {
      const model = 'alpha-ranker';
      expect((await mlflow('member', 'registered-models/create', { name: model, tags: ALPHA })).status).toBe(200);
      const source = 's3://bucket/1';
      expect((await mlflow('member', 'model-versions/create', { name: model, source })).status).toBe(200);
      const prediction = { prediction: 'p1', model, predictedAt: '2026-11-01T00:00:00Z', inputs: {}, output: 1 };
      const free = { ...prediction, prediction: 'p0', model: 'free' };
      const record = (caller: Caller, ...predictions: object[]) =>
        call(caller, 'POST', '/api/v1/predictions', { predictions });
      expect(await record('outsider', free, prediction)).toMatchObject(notPermitted);
      expect(await record('outsider', { ...free, team: 'alpha' })).toMatchObject(notPermitted);
      expect((await record('outsider', free)).status).toBe(200);
      expect((await record('member', prediction, { ...free, team: 'alpha' })).status).toBe(200);
      const labels = { model, labels: [{ prediction: 'p1', value: 1 }] };
      expect(await call('outsider', 'POST', '/api/v1/labels', labels)).toMatchObject(notPermitted);
      expect((await call('member', 'POST', '/api/v1/labels', labels)).status).toBe(200);
      const outcome = { id: 'o1', model, at: '2026-11-01T00:00:00Z', amount: '1', currency: 'USD' };
      const events = { events: [{ ...outcome, model: 'free' }, outcome] };
      expect(await call('outsider', 'POST', '/api/v1/outcome-events', events)).toMatchObject(notPermitted);
      expect((await call('member', 'POST', '/api/v1/outcome-events', events)).status).toBe(200);
      const repeated = { events: [outcome, { ...outcome, id: 'o2', version: '1', amount: '-0.25', prediction: 'p2' }] };
      const recorded = await call('member', 'POST', '/api/v1/outcome-events', repeated);
      expect(recorded.body).toMatchObject({ accepted: 1, duplicates: 1, rejectedRows: 0 });
      const window = 'start=2026-10-31T00:00:00Z&end=2026-11-02T00:00:00Z';
      const value = await call('member', 'GET', `/api/v1/models/${model}/value?${window}`);
      expect(value.body).toMatchObject({
        versions: [{ version: '1', total: { amount: '-0.25', currency: 'USD' }, events: 1, completeness: 0.5 }],
        unattributed: [{ currency: 'USD', total: '1', events: 1 }],
      });
      expect((await call('member', 'GET', `/api/v1/models/${model}/versions/1/evidence`)).status).toBe(200);
      await apply(
        document('Policy', 'alpha-policy', {
          model,
          currency: 'USD',
          quality: [{ metric: 'accuracy', direction: 'higher', floor: '0.5' }],
          cost: [{ measure: 'trainingCost', atMost: '1' }],
        }),
      );
      const check = { model, version: '1', policy: 'alpha-policy' };
      expect(await call('outsider', 'POST', '/api/v1/gate-checks', check)).toMatchObject(notPermitted);
      expect(await call('member', 'POST', '/api/v1/gate-checks', check)).not.toMatchObject(notPermitted);
    });
  });
});
