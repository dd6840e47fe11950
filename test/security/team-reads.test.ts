import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linearGraph } from '../../src/mlops/serving/graphs.testing.ts';
import type { DeclaredRoute } from '../../src/platform/http/index.ts';
import { onEachStore } from '../support/stores.ts';
import { type Doors, openDoors } from './doors.ts';

/** Members of one team each, and the roles of a company. */
type Caller = 'alice' | 'bob' | 'finance' | 'leader' | 'admin' | 'operator';
type Team = 'alpha' | 'beta';
const TEAMS = ['alpha', 'beta'] as const;
/** In every content of a team's data; names contain the team. */
const secretOf = (team: Team | 'nobody') => `secret${team}content`;

interface Seeded {
  readonly experiment: string;
  readonly run: string;
  readonly trace: string;
  readonly version: string;
}

onEachStore(({ newDatabase }) => {
  let doors: Doors;
  const headers = new Map<Caller, { readonly authorization: string }>();
  const seeded = new Map<string, Seeded>();

  async function call(caller: Caller, method: string, url: string, body?: object | string | Uint8Array) {
    const answer = await doors.application.http.inject({
      method: method as 'GET',
      url,
      headers: { host: 'localhost', ...headers.get(caller) },
      ...(body === undefined ? {} : { payload: body instanceof Uint8Array ? Buffer.from(body) : body }),
    });
    return { status: answer.statusCode, text: answer.body };
  }

  async function made(method: string, url: string, body?: object | Uint8Array) {
    const answer = await call('admin', method, url, body);
    if (answer.status !== 200) throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`);
    return answer.text === '' ? {} : JSON.parse(answer.text);
  }

  const mlflow = (path: string, body: object) => made('POST', `/api/2.0/mlflow/${path}`, body);
  const document = (kind: string, name: string, spec: object) => ({
    ...{ apiVersion: 'steelyard/v1', kind },
    metadata: { name },
    spec,
  });
  const apply = (...documents: object[]) =>
    made('POST', '/api/v1/apply', {
      documents: documents.map((one, index) => ({ file: `${index}.yaml`, text: JSON.stringify(one) })),
    });

  /** An account without password, with a token. */
  async function join(name: Caller, team: Team): Promise<void> {
    await made('POST', '/api/v1/accounts', { name, role: 'contributor', password: null });
    const { secret } = await made('POST', '/api/v1/tokens', { label: 'x', account: name });
    headers.set(name, { authorization: `Bearer ${secret}` });
    await made('PUT', `/api/v1/teams/${team}/members/${name}`, { role: 'contributor' });
  }

  /** One of each thing; without an owner for `nobody`. */
  async function seed(team: Team | 'nobody'): Promise<void> {
    const secret = secretOf(team);
    const tags = team === 'nobody' ? [] : [{ key: 'steelyard.team', value: team }];
    const { experiment_id: experiment } = await mlflow('experiments/create', {
      name: `${team}-experiment`,
      tags: [...tags, { key: 'note', value: secret }],
    });
    const { run: made_ } = await mlflow('runs/create', { experiment_id: experiment, run_name: `${team}-run` });
    const run = made_.info.run_id;
    await mlflow('runs/log-batch', {
      run_id: run,
      metrics: [{ key: `${secret}.metric`, value: 1, timestamp: 1 }],
      params: [{ key: `${secret}.param`, value: secret }],
      tags: [{ key: `${secret}.tag`, value: secret }],
    });
    const files = `/api/2.0/mlflow-artifacts/artifacts/${experiment}/${run}/artifacts`;
    await made('PUT', `${files}/log.txt`, new TextEncoder().encode(`log of ${secret}`));
    await made('PUT', `${files}/model/model.onnx`, linearGraph([1, 1]));
    await mlflow('registered-models/create', { name: `${team}-model`, tags, description: secret });
    const source = `runs:/${run}/model`;
    const { model_version: version } = await mlflow('model-versions/create', {
      ...{ name: `${team}-model`, source, run_id: run, description: secret },
    });
    const trace = { alpha: 'a', beta: 'b', nobody: 'c' }[team].repeat(32);
    await mlflow('traces', {
      trace: {
        trace_info: {
          trace_id: `tr-${trace}`,
          trace_location: { mlflow_experiment: { experiment_id: experiment } },
          request_time: '2026-11-01T00:00:00Z',
          state: 'OK',
          request_preview: secret,
        },
      },
    });
    seeded.set(team, { experiment, run, trace: `tr-${trace}`, version: version.version });
    const owner = team === 'nobody' ? {} : { team };
    const main = { model: `${team}-model`, version: 1, backend: 'onnx', replicas: { min: 0, max: 1 } };
    await apply(
      document('Pipeline', `${team}-pipeline`, { ...owner, steps: { train: { run: `echo ${secret}` } } }),
      document('Endpoint', `${team}-endpoint`, {
        ...(team === 'nobody' ? {} : { project: `${team}-project` }),
        variants: { main },
      }),
      document('Monitor', `${team}-monitor`, { model: `${team}-model` }),
      document('Policy', `${team}-policy`, {
        model: `${team}-model`,
        currency: 'USD',
        quality: [{ metric: `${secret}.metric`, direction: 'higher', floor: '0.5' }],
        cost: [{ measure: 'trainingCost', atMost: '1' }],
      }),
      document('Budget', `${team}-budget`, { subject: owner, amount: '100', currency: 'USD' }),
    );
  }

  /** A bill with a resource of each team and one of none. */
  async function importBill(): Promise<void> {
    const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
    const month = day.slice(0, 7);
    const line = (team: string) =>
      `10,10,USD,${month}-01T00:00:00Z,${day}T00:00:00Z,${day}T01:00:00Z,1,${secretOf(team as Team)}service,${team}-resource,"{""team"":""${team}""}"`;
    const text = `BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,SubAccountId,ServiceName,ResourceId,Tags
${['alpha', 'beta', 'nobody'].map(line).join('\n')}
`;
    const answer = await doors.application.http.inject({
      method: 'POST',
      url: '/api/v1/uploads?name=bill.csv',
      headers: { host: 'localhost', 'content-type': 'application/octet-stream', ...headers.get('admin') },
      payload: text,
    });
    const { upload } = answer.json<{ upload: string }>();
    await made('POST', '/api/v1/bill/imports', { source: 'aws', files: [{ upload, name: 'bill.csv' }] });
    const rules = TEAMS.map((team) => ({ name: team, match: { 'tag:team': team }, subject: { team } }));
    await apply(document('AllocationRules', 'rules', { rules }));
  }

  beforeAll(async () => {
    const settings = { database: await newDatabase(), processExecutor: 'on', accessReads: 'teams' };
    doors = await openDoors({}, settings);
    for (const role of ['admin', 'operator', 'finance', 'leader'] as const) headers.set(role, doors.as(role));
    await apply(
      ...TEAMS.flatMap((team) => [
        document('Team', team, { description: secretOf(team) }),
        document('Project', `${team}-project`, { team, description: secretOf(team) }),
      ]),
    );
    await join('alice', 'alpha');
    await join('bob', 'beta');
    for (const team of [...TEAMS, 'nobody'] as const) await seed(team);
    await importBill();
  }, 120_000);
  afterAll(() => doors?.[Symbol.asyncDispose]());

  /** Values of path parts that name the things of a team. */
  const partsOf = (team: string): Readonly<Record<string, string>> => {
    const { experiment = '', run = '', trace = '', version = '' } = seeded.get(team) ?? {};
    return {
      ...{ experimentId: experiment, runId: run, traceId: trace, version, team, model: `${team}-model` },
      ...{ endpoint: `${team}-endpoint`, pipeline: `${team}-pipeline`, monitor: `${team}-monitor` },
      ...{ budget: `${team}-budget`, policy: `${team}-policy`, source: 'aws', column: 'x', alias: 'x' },
    };
  };

  const listQueries = (team: string): readonly string[] => {
    const { experiment = '', run = '', trace = '' } = seeded.get(team) ?? {};
    return [
      `experiment_id=${experiment}&experiment_ids=${experiment}&experimentId=${experiment}&experimentIds=${experiment}`,
      `run_id=${run}&run_uuid=${run}&run_ids=${run}&run=${run}&path=log.txt&metric_key=${secretOf(team as Team)}.metric`,
      `name=${team}-model&version=1&alias=x&path=model`,
      `experiment_name=${team}-experiment`,
      `model=${team}-model&from=2020-01-01&to=2030-01-01`,
      `trace_id=${trace}&trace_ids=${trace}`,
      `path=${experiment}/${run}/artifacts`,
      `team=${team}&by=team,serviceName&dimension=serviceName&filter=team%3D${team}`,
      `endpoint=${team}-endpoint&pipeline=${team}-pipeline&monitor=${team}-monitor`,
    ];
  };

  function buildAddress(url: string, team: string): string {
    const { experiment = '', run = '' } = seeded.get(team) ?? {};
    const parts = partsOf(team);
    return url
      .replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(parts[name] ?? 'x'))
      .replace('*', `${experiment}/${run}/artifacts/log.txt`);
  }

  /** Requests that read: every GET, and every POST with a scope of reading. */
  const listReads = () =>
    doors.application.http.declaredRoutes.filter(
      ({ method, scope }: DeclaredRoute) =>
        scope !== 'open' && (method === 'GET' || (method === 'POST' && scope.endsWith('.read'))),
    );

  async function readAll(caller: Caller, team: string, check: (text: string, request: string) => void) {
    let answered = 0;
    for (const { method, url } of listReads()) {
      const address = buildAddress(url, team);
      const { experiment = '', run = '' } = seeded.get(team) ?? {};
      const queries = method === 'GET' ? ['', ...listQueries(team)] : [''];
      for (const query of queries) {
        const at = query === '' ? address : `${address}?${query}`;
        const body = { experiment_ids: [experiment], run_ids: [run], model: `${team}-model`, name: `${team}-model` };
        const answer = await call(caller, method, at, method === 'GET' ? undefined : body);
        if (answer.status === 500) throw new Error(`${method} ${at}: ${answer.status} ${answer.text}`);
        if (answer.status === 200) answered += 1;
        check(answer.text, `${caller} ${method} ${at} ${answer.status}`);
      }
    }
    return answered;
  }

  describe('the data of a team', () => {
    it.each([
      ['alice', 'beta'],
      ['alice', 'alpha'],
      ['bob', 'alpha'],
    ] as const)(
      'is in no answer to members of another team (%s asks about %s)',
      { timeout: 300_000 },
      async (caller, team) => {
        const hidden = (caller === 'alice' ? (['beta', 'nobody'] as const) : (['alpha', 'nobody'] as const)).map(
          secretOf,
        );
        const leaks: string[] = [];
        const answered = await readAll(caller, team, (text, request) => {
          for (const secret of hidden) {
            // Errors repeat the names of a request.
            if (text.includes(secret) && !request.includes(secret)) leaks.push(`${request}: ${text.slice(0, 300)}`);
          }
        });
        expect(leaks).toEqual([]);
        expect(answered).toBeGreaterThan(10);
      },
    );

    it('is in answers to administrators and operators', async () => {
      for (const caller of ['admin', 'operator'] as const) {
        const { run, trace } = seeded.get('beta') as Seeded;
        expect((await call(caller, 'GET', `/api/v1/runs/${run}`)).text).toContain(secretOf('beta'));
        expect((await call(caller, 'GET', `/api/v1/traces/${trace}`)).text).toContain(secretOf('beta'));
        expect((await call(caller, 'GET', '/api/v1/costs/rows')).text).toContain(secretOf('nobody'));
      }
    });

    it('is in answers to its members', async () => {
      const { run, experiment, trace } = seeded.get('alpha') as Seeded;
      const files = `${experiment}/${run}/artifacts/log.txt`;
      for (const url of [
        `/api/v1/runs/${run}`,
        `/api/v1/experiments/${experiment}`,
        '/api/v1/models/alpha-model',
        `/api/v1/traces/${trace}`,
        `/api/2.0/mlflow/runs/get?run_id=${run}`,
        `/api/2.0/mlflow/experiments/get?experiment_id=${experiment}`,
        '/api/2.0/mlflow/registered-models/get?name=alpha-model',
        `/api/2.0/mlflow-artifacts/artifacts/${files}`,
        `/get-artifact?run_id=${run}&path=log.txt`,
      ]) {
        expect([url, (await call('alice', 'GET', url)).text]).toEqual([
          url,
          expect.stringContaining(secretOf('alpha')),
        ]);
      }
    });

    it('is what lists, searches, totals and exports of its members have, and nothing else', async () => {
      const ids = [...seeded.values()].map(({ experiment }) => experiment);
      const search = { experiment_ids: ids };
      const lists: readonly (readonly [method: string, url: string, body?: object])[] = [
        ['GET', '/api/v1/runs'],
        ['GET', `/api/v1/runs?${ids.map((id) => `experimentIds=${id}`).join('&')}`],
        ['GET', '/api/v1/experiments'],
        ['GET', '/api/v1/models'],
        ['GET', '/api/v1/teams'],
        ['GET', '/api/v1/projects'],
        ['POST', '/api/2.0/mlflow/runs/search', search],
        ['POST', '/api/2.0/mlflow/experiments/search', { max_results: 100 }],
        ['GET', '/ajax-api/2.0/mlflow/registered-models/search'],
        ['GET', '/api/2.0/mlflow/model-versions/search'],
        ['GET', '/api/v1/costs/rows'],
        ['GET', '/api/v1/costs/rows.csv'],
        ['GET', '/api/v1/costs/summary?by=serviceName'],
        ['GET', '/api/v1/costs/summary.csv?by=team,serviceName'],
        ['GET', '/api/v1/costs/values?dimension=serviceName'],
      ];
      for (const [method, url, body] of lists) {
        const { status, text } = await call('alice', method, url, body);
        const found = ([...TEAMS, 'nobody'] as const).filter((team) => text.includes(secretOf(team)));
        expect([url, status, found]).toEqual([url, 200, ['alpha']]);
        expect([url, /beta-|nobody-/.test(text)]).toEqual([url, false]);
      }
      const file = (await call('alice', 'GET', '/api/v1/runs.csv')).text;
      expect([file.includes('alpha-run'), /beta-|nobody-/.test(file)]).toEqual([true, false]);
      const health = (await call('alice', 'GET', '/api/v1/production-health')).text;
      expect([health.includes('alpha-model'), /beta-|nobody-/.test(health)]).toEqual([true, false]);
      const named: readonly (readonly [url: string, list: string, names: readonly string[]])[] = [
        ['/api/v1/endpoints', 'endpoints', ['alpha-endpoint']],
        ['/api/v1/pipelines', 'pipelines', ['alpha-pipeline']],
        ['/api/v1/budgets', 'budgets', ['alpha-budget']],
      ];
      for (const [url, list, names] of named) {
        const rows = JSON.parse((await call('alice', 'GET', url)).text)[list] as { readonly name: string }[];
        expect([url, rows.map(({ name }) => name)]).toEqual([url, names]);
      }
    });

    it('is summed without the costs of others, whatever filters a member adds, and the answer says so', async () => {
      const read = async (caller: Caller, query: string) =>
        JSON.parse((await call(caller, 'GET', `/api/v1/costs/summary?${query}`)).text);
      expect(await read('alice', 'by=team')).toMatchObject({
        rows: [{ team: 'alpha', amount: '10' }],
        totals: [{ amount: '10', currency: 'USD' }],
        partial: { teams: ['alpha'] },
      });
      for (const filter of ['team=beta', 'team=', 'serviceName=secretbetacontentservice']) {
        expect(await read('alice', `by=serviceName&filter=${encodeURIComponent(filter)}`)).toMatchObject({
          ...{ rows: [], totals: [] },
        });
      }
      for (const filter of ['team!=alpha', 'team=*', 'team=alpha&filter=team%3Dbeta'])
        expect(JSON.stringify((await read('alice', `by=team&filter=${filter}`)).rows)).not.toContain('beta');
      expect((await call('alice', 'GET', '/api/v1/costs/summary?by=visibleTeam')).status).toBe(403);
      expect(JSON.parse((await call('alice', 'GET', '/api/v1/costs/month-to-date')).text)).toMatchObject({
        partial: { teams: ['alpha'] },
      });
      for (const caller of ['finance', 'leader', 'admin'] as const) {
        const whole = await read(caller, 'by=team');
        expect([caller, whole.totals, whole.partial]).toEqual([caller, [{ amount: '30', currency: 'USD' }], undefined]);
      }
    });

    it('counts runs of members only', async () => {
      expect(JSON.parse((await call('alice', 'GET', '/api/v1/runs/count')).text)).toEqual({ runs: 1 });
      expect(JSON.parse((await call('admin', 'GET', '/api/v1/runs/count')).text)).toEqual({ runs: 3 });
    });

    it('gets what its members create without a tag', async () => {
      const create = async (path: string, body: object) =>
        JSON.parse((await call('alice', 'POST', `/api/2.0/mlflow/${path}`, body)).text);
      const { experiment_id: experiment } = await create('experiments/create', { name: 'of-alice' });
      expect((await call('alice', 'GET', `/api/v1/experiments/${experiment}`)).status).toBe(200);
      expect((await call('bob', 'GET', `/api/v1/experiments/${experiment}`)).status).toBe(403);
      const { run } = await create('runs/create', { experiment_id: '0' });
      const logged = { run_id: run.info.run_id, key: 'm', value: 1, timestamp: 1 };
      expect((await call('alice', 'POST', '/api/2.0/mlflow/runs/log-metric', logged)).status).toBe(200);
      await create('registered-models/create', { name: 'of-alice' });
      expect((await call('bob', 'GET', '/api/2.0/mlflow/registered-models/get?name=of-alice')).status).toBe(403);
      expect((await call('bob', 'GET', '/api/2.0/mlflow/experiments/get-by-name?experiment_name=none')).status).toBe(
        404,
      );
    });

    it('as rows, runs, logs and files is in no answer to leaders, who read totals', { timeout: 300_000 }, async () => {
      const leaks: string[] = [];
      const secrets = ([...TEAMS, 'nobody'] as const).map(secretOf);
      await readAll('leader', 'alpha', (text, request) => {
        if (/costs\/(summary|month)|scorecards|budgets|forecasts|statements|teams|projects/.test(request)) return;
        for (const secret of secrets)
          if (text.includes(secret) && !request.includes(secret)) leaks.push(`${request}: ${text.slice(0, 300)}`);
      });
      expect(leaks).toEqual([]);
      expect((await call('leader', 'GET', '/api/v1/costs/summary?by=team')).status).toBe(200);
      expect((await call('leader', 'GET', '/api/v1/costs/rows')).status).toBe(403);
    });

    it('is all costs, but no run, for finance', async () => {
      const { run } = seeded.get('alpha') as Seeded;
      expect((await call('finance', 'GET', '/api/v1/costs/rows')).text).toContain(secretOf('beta'));
      expect(await call('finance', 'GET', `/api/v1/runs/${run}`)).toMatchObject({ status: 403 });
    });

    it('is refused with the reason and the teams of the caller', async () => {
      const answer = await call('alice', 'GET', '/api/v1/lineage');
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text)).toMatchObject({
        ...{ code: 'not_visible', teams: ['alpha'], account: 'alice' },
        detail: expect.stringContaining('You see the data of your teams: alpha.'),
      });
    });

    it('is not shown by a write to a thing of another team or without an owner', async () => {
      for (const team of ['beta', 'nobody']) {
        const { run, experiment } = seeded.get(team) as Seeded;
        for (const [method, url, body] of [
          ['PATCH', `/api/v1/runs/${run}`, {}],
          ['PATCH', `/api/v1/experiments/${experiment}`, {}],
          ['PATCH', `/api/v1/models/${team}-model`, {}],
          ['POST', '/api/2.0/mlflow/runs/update', { run_id: run }],
          [
            'POST',
            '/api/2.0/mlflow/model-versions/create',
            { name: 'stolen', source: `runs:/${run}/model`, run_id: run },
          ],
          [
            'POST',
            '/api/2.0/mlflow/experiments/set-experiment-tag',
            { experiment_id: `+${experiment}`, key: 'a', value: 'b' },
          ],
        ] as const) {
          const answer = await call('alice', method, url, body);
          expect([url, answer.status, answer.text]).toEqual([
            url,
            403,
            expect.not.stringContaining(secretOf(team as Team)),
          ]);
        }
      }
    });

    it('is no longer visible with the next request after a member left the team', async () => {
      const { run } = seeded.get('beta') as Seeded;
      await made('PUT', '/api/v1/teams/beta/members/alice', { role: 'viewer' });
      expect((await call('alice', 'GET', `/api/v1/runs/${run}`)).status).toBe(200);
      await made('DELETE', '/api/v1/teams/beta/members/alice');
      expect((await call('alice', 'GET', `/api/v1/runs/${run}`)).status).toBe(403);
    });
  });
});
