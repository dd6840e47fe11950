import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEachStore } from '../support/stores.ts';
import { type Doors, openDoors } from './doors.ts';

/** Owners that a thing may name by its tags; `project` is one of team alpha. */
const OWNERS = {
  none: {},
  alpha: { 'steelyard.team': 'alpha' },
  beta: { 'steelyard.team': 'beta' },
  project: { 'steelyard.project': 'alpha-project' },
  betaInProject: { 'steelyard.team': 'beta', 'steelyard.project': 'alpha-project' },
} as const;
type Owner = keyof typeof OWNERS;
const owners = Object.keys(OWNERS) as Owner[];

/** A list of traces or logged models must have exactly those that can be opened one by one. */
onEachStore(({ newDatabase }) => {
  let doors: Doors;
  let alice: { readonly authorization: string };
  const experiments = new Map<Owner, string>();
  const traces: string[] = [];
  const models: string[] = [];

  async function send(method: 'GET' | 'POST' | 'PUT', url: string, body?: object, headers = doors.as('admin')) {
    const answer = await doors.application.http.inject({
      ...{ method, url, headers: { host: 'localhost', ...headers } },
      ...(body === undefined ? {} : { payload: body }),
    });
    return { status: answer.statusCode, body: answer.body === '' ? {} : JSON.parse(answer.body) };
  }

  async function made(method: 'POST' | 'PUT', url: string, body: object) {
    const answer = await send(method, url, body);
    if (answer.status !== 200) throw new Error(`${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  const mlflow = (path: string, body: object) => made('POST', `/api/2.0/mlflow/${path}`, body);
  const toPairs = (tags: object) => Object.entries(tags).map(([key, value]) => ({ key, value }));

  async function logTrace(experiment: string, { tags = {}, metadata = {} }: { tags?: object; metadata?: object }) {
    const id = `tr-${String(traces.length).padStart(32, '0')}`;
    await mlflow('traces', {
      trace: {
        trace_info: {
          ...{ trace_id: id, trace_location: { mlflow_experiment: { experiment_id: experiment } } },
          ...{ request_time: '2026-11-01T00:00:00Z', state: 'OK', tags, trace_metadata: metadata },
        },
      },
    });
    traces.push(id);
    return id;
  }

  async function logModel(experiment: string, run: string | null) {
    const { model } = await mlflow('logged-models', {
      ...{ experiment_id: experiment, name: `m${models.length}` },
      ...(run === null ? {} : { source_run_id: run }),
    });
    models.push(model.info.model_id);
  }

  beforeAll(async () => {
    doors = await openDoors({}, { database: await newDatabase(), accessReads: 'teams' });
    const documents = [
      ...['alpha', 'beta'].map((name) => ({ kind: 'Team', metadata: { name }, spec: {} })),
      { kind: 'Project', metadata: { name: 'alpha-project' }, spec: { team: 'alpha' } },
    ].map((document, index) => ({
      file: `${index}.yaml`,
      text: JSON.stringify({ apiVersion: 'steelyard/v1', ...document }),
    }));
    await made('POST', '/api/v1/apply', { documents });
    await made('POST', '/api/v1/accounts', { name: 'alice', role: 'contributor', password: null });
    const { secret } = await made('POST', '/api/v1/tokens', { label: 'x', account: 'alice' });
    alice = { authorization: `Bearer ${secret}` };
    await made('PUT', '/api/v1/teams/alpha/members/alice', { role: 'contributor' });
    for (const owner of owners) {
      const tags = toPairs(OWNERS[owner]);
      const { experiment_id: experiment } = await mlflow('experiments/create', { name: owner, tags });
      experiments.set(owner, experiment);
      await logTrace(experiment, {});
      await logModel(experiment, null);
      for (const own of owners) {
        const { run } = await mlflow('runs/create', { experiment_id: experiment, tags: toPairs(OWNERS[own]) });
        const runId = run.info.run_id;
        await logTrace(experiment, { tags: OWNERS[own] });
        await logTrace(experiment, { metadata: OWNERS[own] });
        await logTrace(experiment, { metadata: { 'mlflow.sourceRun': runId } });
        await logTrace(experiment, { tags: OWNERS.beta, metadata: { ...OWNERS[own], 'mlflow.sourceRun': runId } });
        const linked = await logTrace(experiment, {});
        await mlflow('traces/link-to-run', { trace_ids: [linked], run_id: runId });
        await logModel(experiment, runId);
      }
      await logTrace(experiment, { metadata: { 'mlflow.sourceRun': 'f'.repeat(32) } });
    }
  }, 120_000);
  afterAll(() => doors?.[Symbol.asyncDispose]());

  async function listOpened(ids: readonly string[], toUrl: (id: string) => string): Promise<string[]> {
    const statuses = await Promise.all(ids.map(async (id) => (await send('GET', toUrl(id), undefined, alice)).status));
    expect(new Set(statuses)).toEqual(new Set([200, 403]));
    return ids.filter((_, at) => statuses[at] === 200).sort();
  }

  describe('the list of a member', () => {
    it('has the traces that the member can open, and counts no other', async () => {
      const opened = await listOpened(traces, (id) => `/api/v1/traces/${id}`);
      const ids = [...experiments.values()];
      const listed: string[] = [];
      for (const id of ids) {
        const { body } = await send('GET', `/api/v1/traces?experimentId=${id}&pageSize=100`, undefined, alice);
        listed.push(...body.traces.map(({ traceId }: { readonly traceId: string }) => traceId));
      }
      expect(listed.sort()).toEqual(opened);
      const locations = ids.map((id) => ({ mlflow_experiment: { experiment_id: id } }));
      const found = await send('POST', '/api/2.0/mlflow/traces/search', { locations, max_results: 500 }, alice);
      expect(found.body.traces.map((trace: { readonly trace_id: string }) => trace.trace_id).sort()).toEqual(opened);
      const counted = await send(
        'POST',
        '/api/2.0/mlflow/traces/calculate-filter-correlation',
        { experiment_ids: ids, filter_string1: "status = 'OK'", filter_string2: "status = 'OK'" },
        alice,
      );
      expect(counted.body.total_count).toBe(opened.length);
    });

    it('has the logged models that the member can open', async () => {
      const opened = await listOpened(models, (id) => `/api/2.0/mlflow/logged-models/${id}`);
      const asked = { experiment_ids: [...experiments.values()], max_results: 1000 };
      const { body } = await send('POST', '/api/2.0/mlflow/logged-models/search', asked, alice);
      const listed = body.models.map((model: { info: { model_id: string } }) => model.info.model_id);
      expect(listed.sort()).toEqual(opened);
    });
  });
});
