import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeclaredRoute } from '../../src/platform/http/index.ts';
import { onEachStore } from '../support/stores.ts';
import { openCompany } from './team-company.ts';
import { WHOLE_SPEND } from './team-findings.ts';
import { METERED, TOKENS } from './team-money.ts';
import {
  BILL_DAY,
  BILLED,
  BILLED_IN_TOTAL,
  type Caller,
  type Company,
  document,
  BILL_MONTH as month,
  OWNERS,
  type Seeded,
  secretOf,
  type Team,
} from './team-owners.ts';

onEachStore(({ newDatabase }) => {
  let company: Company;
  beforeAll(async () => {
    company = await openCompany(await newDatabase());
  }, 180_000);
  afterAll(() => company?.[Symbol.asyncDispose]());
  const call: Company['call'] = (...request) => company.call(...request);
  const made: Company['made'] = (...request) => company.made(...request);
  const seededOf = (owner: string) => company.seeded.get(owner as Team) as Seeded;

  /** Values of path parts that name the things of a team. */
  const partsOf = (team: string): Readonly<Record<string, string>> => {
    const { experiment, run, trace, version, ...findings } = seededOf(team);
    return {
      ...findings,
      ...{ experimentId: experiment, runId: run, traceId: trace, version, team, model: `${team}-model` },
      ...{ endpoint: `${team}-endpoint`, pipeline: `${team}-pipeline`, monitor: `${team}-monitor` },
      ...{ budget: `${team}-budget`, policy: `${team}-policy`, source: 'aws', column: 'x', alias: 'x' },
    };
  };

  const listQueries = (team: string): readonly string[] => {
    const { experiment, run, trace } = seededOf(team);
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
      `node=model_version:${team}-model/1`,
      `team=${team}&schedule=monthly&audience=platform&month=${month}`,
      `runId=${run}&period=${month}&level=team&key=${team}&by=model`,
      `from=${month}&to=${month}&fileFormat=csv&by=team`,
    ];
  };

  function buildAddress(url: string, team: string): string {
    const { experiment, run } = seededOf(team);
    const parts = partsOf(team);
    return url
      .replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(parts[name] ?? 'x'))
      .replace('*', `${experiment}/${run}/artifacts/log.txt`);
  }

  /** Requests that read: every GET, and every POST with a scope of reading. */
  const listReads = () =>
    company.doors.application.http.declaredRoutes.filter(
      ({ method, scope }: DeclaredRoute) =>
        scope !== 'open' && (method === 'GET' || (method === 'POST' && scope.endsWith('.read'))),
    );

  async function readAll(
    caller: Caller,
    team: string,
    check: (text: string, request: string) => void,
    further = listQueries(team),
  ) {
    let answered = 0;
    for (const { method, url } of listReads()) {
      const address = buildAddress(url, team);
      const { experiment, run } = seededOf(team);
      const queries = method === 'GET' ? ['', ...further] : [''];
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
    it('is in answers to administrators and operators', async () => {
      for (const caller of ['admin', 'operator'] as const) {
        const { run, trace } = seededOf('beta');
        expect((await call(caller, 'GET', `/api/v1/runs/${run}`)).text).toContain(secretOf('beta'));
        expect((await call(caller, 'GET', `/api/v1/traces/${trace}`)).text).toContain(secretOf('beta'));
        expect((await call(caller, 'GET', '/api/v1/costs/rows')).text).toContain(secretOf('nobody'));
      }
    });

    it('is in answers to its members', async () => {
      const { run, experiment, trace } = seededOf('alpha');
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
      const ids = [...company.seeded.values()].map(({ experiment }) => experiment);
      const search = { experiment_ids: ids };
      const traces = { locations: ids.map((id) => ({ mlflow_experiment: { experiment_id: id } })) };
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
        ['GET', `/api/v1/costs/explain?from=${month}&to=${month}`],
        ['GET', '/api/v1/costs/export?fileFormat=csv'],
        ['GET', '/api/v1/forecasts'],
        ['GET', '/api/v1/forecasts/changes'],
        ['GET', '/api/v1/anomalies'],
        ['GET', '/api/v1/anomalies.csv'],
        ['GET', '/api/v1/recommendations?state=all'],
        ['GET', '/api/v1/decisions'],
        ['GET', '/api/v1/decided-acts'],
        ['GET', '/api/v1/policies'],
        ['GET', '/api/v1/alerts'],
        ['GET', '/api/v1/optimizations'],
        ['GET', '/api/v1/model-scorecards'],
        ['POST', '/api/2.0/mlflow/traces/search', traces],
      ];
      for (const [method, url, body] of lists) {
        const { status, text } = await call('alice', method, url, body);
        const found = OWNERS.filter((team) => text.includes(secretOf(team)));
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
        ['/api/v1/retrainings', 'retrainings', ['alpha-retraining']],
        ['/api/v1/notification-routes', 'routes', ['alpha-channel']],
      ];
      for (const [url, list, names] of named) {
        const rows = JSON.parse((await call('alice', 'GET', url)).text)[list] as { readonly name: string }[];
        expect([url, rows.map(({ name }) => name)]).toEqual([url, names]);
      }
    });

    it('is what one thing has for its members, and refused to others as a missing thing is', async () => {
      const own = seededOf('alpha');
      const other = seededOf('beta');
      const addresses = (of: Seeded, team: Team): readonly string[] => [
        `/api/v1/anomalies/${of.anomaly}`,
        `/api/v1/recommendations/${of.recommendation}`,
        `/api/v1/decisions/${of.decision}`,
        `/api/v1/alerts/${of.episode}`,
        `/api/v1/optimizations/${of.optimization}`,
        `/api/v1/retrainings/${of.retraining}`,
        `/api/v1/evaluations/${of.evaluation}`,
        `/api/v1/evaluations?runId=${of.run}`,
        `/api/v1/predictions?model=${team}-model`,
        `/api/v1/traces?experimentId=${of.experiment}`,
        `/api/v1/runs/${of.run}/versions`,
        `/api/v1/model-scorecards/${team}-model`,
        `/api/v1/lineage?node=model_version:${team}-model/1`,
      ];
      for (const url of addresses(own, 'alpha'))
        expect([url, (await call('alice', 'GET', url)).text]).toEqual([
          url,
          expect.stringContaining(/scorecards|lineage/.test(url) ? 'alpha-model' : secretOf('alpha')),
        ]);
      for (const url of addresses(other, 'beta')) {
        const { status, text } = await call('alice', 'GET', url);
        // A list of an experiment is empty for others; one thing is refused.
        expect([url, status]).toEqual([url, url.includes('/traces?') ? 200 : 403]);
        expect([url, text.includes(secretOf('beta'))]).toEqual([url, false]);
      }
      const missing = [`/api/v1/anomalies/an_${'d'.repeat(16)}`, `/api/v1/decisions/dec_${'d'.repeat(20)}`];
      for (const url of [...missing, '/api/v1/retrainings/none', '/api/v1/evaluations/ev_none'])
        expect([url, (await call('alice', 'GET', url)).status]).toEqual([url, 403]);
    });

    it('has no spend of the organization, and no bill of all teams, in anomalies and decisions of members', async () => {
      const { anomaly, decision } = seededOf('alpha');
      for (const url of ['/api/v1/anomalies', `/api/v1/anomalies/${anomaly}`]) {
        expect([url, (await call('alice', 'GET', url)).text]).toEqual([url, expect.not.stringContaining(WHOLE_SPEND)]);
        expect((await call('finance', 'GET', url)).text).toContain(WHOLE_SPEND);
      }
      const { evidence } = JSON.parse((await call('alice', 'GET', `/api/v1/decisions/${decision}`)).text);
      expect(evidence.bills).toEqual([]);
    });

    it('may be asked about by the gate of a member, by its own policies only', async () => {
      const check = (caller: Caller, team: Team, policy?: string) =>
        call(caller, 'POST', '/api/v1/gate-checks', {
          ...{ model: `${team}-model`, version: '1', dryRun: true },
          ...(policy === undefined ? {} : { policy }),
        });
      expect((await check('alice', 'alpha')).status).toBe(200);
      expect((await check('alice', 'beta')).status).toBe(403);
      const propose = (team: Team, change: object) => {
        const body = { optimization: `${team}-new`, spec: { endpoint: `${team}-endpoint`, change } };
        return call('alice', 'POST', '/api/v1/optimizations', body);
      };
      expect((await propose('beta', { replicas: { min: 0, max: 1 } })).status).toBe(403);
      expect((await propose('alpha', { model: 'beta-model' })).status).toBe(403);
      const foreign = await check('alice', 'alpha', 'beta-policy');
      expect([foreign.status, JSON.parse(foreign.text).code, foreign.text.includes('beta-model')]).toEqual([
        404,
        'policy_not_found',
        false,
      ]);
    });

    it('names no budget of the organization where a member is refused money', async () => {
      await company.apply(
        document('Budget', 'whole-budget', { subject: {}, amount: '0.000001', currency: 'USD', enforcement: 'hard' }),
      );
      const ask = (caller: Caller) =>
        call(caller, 'POST', '/api/v1/budget-reservations', {
          ...{ reservation: `${caller}-1`, subject: { team: 'alpha' }, resource: 'gpu', quantity: '1', origin: 'test' },
          price: { amount: '100', currency: 'USD' },
        });
      const [member, operator] = [await ask('alice'), await ask('operator')];
      expect(operator).toMatchObject({ status: 409, text: expect.stringContaining('whole-budget') });
      expect(member).toMatchObject({ status: 409, text: expect.not.stringContaining('whole-budget') });
      expect(JSON.parse(member.text).code).toBe(JSON.parse(operator.text).code);
    });

    it('is summed without the costs of others, whatever filters a member adds, and the answer says so', async () => {
      const read = async (caller: Caller, query: string) =>
        JSON.parse((await call(caller, 'GET', `/api/v1/costs/summary?${query}`)).text);
      expect(await read('alice', 'by=team')).toMatchObject({
        rows: [{ team: 'alpha', amount: BILLED.alpha }],
        totals: [{ amount: BILLED.alpha, currency: 'USD' }],
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
        expect([caller, whole.totals, whole.partial]).toEqual([
          caller,
          [{ amount: BILLED_IN_TOTAL, currency: 'USD' }],
          undefined,
        ]);
      }
    });

    it('is the usage, the tokens and the GPU time that members see, with totals of that alone', async () => {
      const read = async (caller: Caller, url: string) => JSON.parse((await call(caller, 'GET', url)).text);
      const partial = { teams: ['alpha'] };
      expect(await read('alice', '/api/v1/metered-cost')).toMatchObject({
        ...{ cost: { amount: METERED.alpha, currency: 'USD' }, pricedIntervals: 1, partial },
      });
      expect(await read('finance', '/api/v1/metered-cost')).toMatchObject({ cost: { amount: '17000.081' } });
      expect(await read('alice', '/api/v1/token-cost?by=user')).toMatchObject({
        ...{ inputTokens: String(TOKENS.alpha), groups: [{ value: 'alpha-user' }], partial },
      });
      expect(await read('finance', '/api/v1/token-cost')).toMatchObject({ inputTokens: '1770011' });
      expect(await read('alice', '/api/v1/usage-intervals?model=alpha-model')).toMatchObject({
        ...{ intervals: [{ usage: 'alpha-usage' }], nextPageToken: null, partial },
      });
      expect(await read('alice', '/api/v1/token-usage?pageSize=1')).toMatchObject({
        ...{ records: [{ usage: 'alpha-tokens' }], nextPageToken: null },
      });
      const { rows } = await read('alice', '/api/v1/gpus/heatmap');
      expect(rows.map(({ gpu }: { gpu: string }) => gpu).toSorted()).toEqual(['alpha-gpu', 'shared-gpu']);
      const shared = rows.find(({ gpu }: { gpu: string }) => gpu === 'shared-gpu');
      const known = shared.means.flatMap((mean: number | null, slot: number) => (mean === null ? [] : [slot]));
      // It was held by alpha in the first half.
      expect(known.length).toBeGreaterThan(0);
      expect(Math.max(...known)).toBeLessThan(shared.means.length / 2);
      const readings = await read('alice', '/api/v1/gpus/readings?gpu=shared-gpu');
      expect(readings.holders).toMatchObject([{ subject: { team: 'alpha' } }]);
      const last = readings.points.at(-1).start;
      expect(Date.parse(last)).toBeLessThan(Date.parse(`${BILL_DAY}T01:00:00Z`));
      expect(await read('alice', '/api/v1/gpus/readings?gpu=beta-gpu')).toMatchObject({ points: [], holders: [] });
    });

    it('has the rules, reports and returns of its subjects for members', async () => {
      const read = async (url: string) => JSON.parse((await call('alice', 'GET', url)).text);
      expect((await read('/api/v1/allocation/rules')).rules).toMatchObject([{ name: 'alpha-rule' }]);
      expect((await read('/api/v1/allocation/rule-hits')).hits).toMatchObject([
        { rule: 'alpha-rule', amount: BILLED.alpha, share: 1 },
      ]);
      expect((await read('/api/v1/reports')).scheduled).toMatchObject([{ name: 'alpha-report' }]);
      const keys = async (by: string) =>
        (await read(`/api/v1/returns?by=${by}`)).rows.map(({ key }: { key: string }) => key);
      expect(await keys('endpoint')).toEqual(['alpha-endpoint']);
      expect(await keys('customer')).toEqual(expect.arrayContaining(['alpha-customer']));
      expect(await keys('experiment')).toEqual(expect.arrayContaining(['alpha-experiment']));
      for (const by of ['endpoint', 'customer', 'experiment'])
        expect(JSON.stringify(await keys(by))).not.toMatch(/beta-|nobody-/);
      expect((await read('/api/v1/prices?origin=builtIn')).prices.length).toBeGreaterThan(0);
      expect((await read('/api/v1/prices')).code).toBe('not_visible');
    });

    it('counts runs of members only: one that is logged, and those of a pipeline and its step', async () => {
      expect(JSON.parse((await call('alice', 'GET', '/api/v1/runs/count')).text)).toEqual({ runs: 3 });
      expect(JSON.parse((await call('admin', 'GET', '/api/v1/runs/count')).text)).toEqual({ runs: 9 });
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
      const secrets = OWNERS.map(secretOf);
      await readAll('leader', 'alpha', (text, request) => {
        if (/costs\/(summary|month)|scorecards|budgets|forecasts|statements|teams|projects/.test(request)) return;
        for (const secret of secrets)
          if (text.includes(secret) && !request.includes(secret)) leaks.push(`${request}: ${text.slice(0, 300)}`);
      });
      expect(leaks).toEqual([]);
      expect((await call('leader', 'GET', '/api/v1/costs/summary?by=team')).status).toBe(200);
      expect((await call('leader', 'GET', '/api/v1/costs/rows')).status).toBe(403);
    });

    it('is all costs, but no run, for finance', { timeout: 300_000 }, async () => {
      const { run } = seededOf('alpha');
      expect(await call('finance', 'GET', `/api/v1/runs/${run}`)).toMatchObject({ status: 403 });
      const money = [
        '/api/v1/costs/rows',
        '/api/v1/costs/summary?by=serviceName',
        `/api/v1/costs/explain?from=${month}&to=${month}`,
        '/api/v1/costs/export?fileFormat=csv',
        '/api/v1/forecasts',
        '/api/v1/anomalies',
        '/api/v1/recommendations?state=all',
        '/api/v1/optimizations',
      ];
      for (const url of money) {
        const { text } = await call('finance', 'GET', url);
        const found = OWNERS.filter((team) => text.includes(secretOf(team)));
        expect([url, found]).toEqual([url, ['alpha', 'beta', 'nobody']]);
        expect([url, /"partial":\{"teams"/.test(text)]).toEqual([url, false]);
      }
    });

    it.each(['finance', 'admin'] as const)(
      'is in every answer about money that %s asks for, and in no broken one',
      { timeout: 300_000 },
      async (caller) => {
        const refused: string[] = [];
        const work: string[] = [];
        const answered = await readAll(
          caller,
          'alpha',
          (text, request) => {
            if (!request.endsWith(' 403')) return;
            (/finops|costs|bill|budgets|forecasts|anomalies|statements|prices|gpus/.test(request)
              ? refused
              : work
            ).push(`${request}: ${text.slice(0, 200)}`);
          },
          [`period=${month}`],
        );
        expect(refused).toEqual([]);
        if (caller === 'admin') expect(work).toEqual([]);
        expect(answered).toBeGreaterThan(50);
      },
    );

    it('is refused with the reason and the teams of the caller', async () => {
      const answer = await call('alice', 'GET', '/api/v1/retention');
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text)).toMatchObject({
        ...{ code: 'not_visible', teams: ['alpha'], account: 'alice' },
        detail: expect.stringContaining('You see the data of your teams: alpha.'),
      });
    });

    it('is not shown by a write to a thing of another team or without an owner', async () => {
      for (const team of ['beta', 'nobody']) {
        const { run, experiment } = seededOf(team);
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
      const { run } = seededOf('beta');
      await made('PUT', '/api/v1/teams/beta/members/alice', { role: 'viewer' });
      expect((await call('alice', 'GET', `/api/v1/runs/${run}`)).status).toBe(200);
      await made('DELETE', '/api/v1/teams/beta/members/alice');
      expect((await call('alice', 'GET', `/api/v1/runs/${run}`)).status).toBe(403);
    });
  });
});
