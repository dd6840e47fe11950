import { describe, expect, it } from 'vitest';
import { getReconciliation } from '../finops/allocation/reconciliation/schema.ts';
import { getCoverage, getUnallocated } from '../finops/allocation/schema.ts';
import { importBill } from '../finops/billing/schema.ts';
import { explainCosts } from '../finops/costs/explain/schema.ts';
import { costRows, costSummary, getMonthToDate } from '../finops/costs/schema.ts';
import { importExchangeRates } from '../finops/exchange/schema.ts';
import { getStatement, issueStatements, listStatements } from '../finops/statements/schema.ts';
import { billCsv } from '../finops/testing/allocation.ts';
import { getTokenPrice, recordTokenUsage, tokenCostReport, tokenReconciliation } from '../finops/tokens/schema.ts';
import { backtestAlerts } from '../mlops/monitoring/alerts/backtest/schema.ts';
import { showMonitor } from '../mlops/monitors/schema.ts';
import { buildUrl, type Endpoint } from '../platform/contract/schema.ts';
import { postApply } from '../platform/manifests/schema.ts';
import { importFiles } from '../testing/application.ts';
import { sharedQuietApplication } from '../testing/shared.ts';

const application = await sharedQuietApplication({ clock: { now: () => Date.parse('2026-11-10T12:00:00Z') } });
await importFiles(application, 'aws', {
  'a.csv': billCsv([{ cost: '1' }, { cost: '1', period: '2026-09', day: '2026-09-02' }]),
});

const monitor = { apiVersion: 'steelyard/v1', kind: 'Monitor', metadata: { name: 'm' }, spec: { model: 'sliced' } };
await application.http.inject({
  ...{ method: 'POST', url: buildUrl(postApply, {}), headers: { host: 'localhost' } },
  payload: { documents: [{ file: 'm.yaml', text: JSON.stringify(monitor) }] },
});

const LONG = 'x'.repeat(10_000);
/** No value of a name, a month, a day, a currency, a column, an instant or a number. */
const NONSENSE: readonly unknown[] = ['', '\0', ' ', LONG, '-1', 'NaN', '1e309', 'Infinity', '../..', ['a', 'b'], '🙂'];
const DATES = [...NONSENSE, '2026-13', '2026-02-30', '0', '99999-01', '2026-1'];
const INSTANTS = [...DATES, '2026-02-30T00:00:00Z', '2026-11-01T00:00:00', '+275760-09-13T00:00:00Z'];
const METRICS = [...NONSENSE, 'BilledCost', 'cost', '__proto__', 'constructor'];
const CURRENCIES = [...NONSENSE, 'eur', 'E', 'EUR '];

interface Place {
  readonly endpoint: Endpoint;
  readonly params?: Record<string, string>;
  readonly query?: Record<string, unknown>;
  readonly body?: Record<string, unknown>;
}

function injectRequest({ endpoint, params = {}, query = {}, body }: Place) {
  const [path] = buildUrl(endpoint, { params }).split('?');
  const text = Object.entries(query)
    .flatMap(([name, value]) => [value].flat().map((one) => `${name}=${encodeURIComponent(String(one))}`))
    .join('&');
  return application.http.inject({
    ...{ method: endpoint.method, url: `${path}?${text}`, headers: { host: 'localhost' } },
    ...(body === undefined ? {} : { payload: body }),
  });
}

/** Sends the request and expects a refusal with a code and a sentence. */
async function expectRefused(place: Place): Promise<void> {
  const { endpoint, query = {}, body } = place;
  const answer = await injectRequest(place);
  const said = `${endpoint.path} ${JSON.stringify(body ?? query).slice(0, 200)}: ${answer.body.slice(0, 300)}`;
  expect([400, 404, 409], said).toContain(answer.statusCode);
  const { code, detail } = answer.json<{ code: string; detail: string }>();
  expect(code, said).toMatch(/^[a-z_]+$/);
  expect(detail.length, said).toBeGreaterThan(10);
  // A sentence for a person does not repeat a page of nonsense.
  expect(detail.length, said).toBeLessThan(2_000);
}

const period = '2026-10';
const QUERIES: readonly [
  Endpoint,
  Record<string, unknown>,
  Record<string, readonly unknown[]>,
  Record<string, string>?,
][] = [
  [
    costSummary,
    { by: 'serviceName' },
    { metric: METRICS, currency: CURRENCIES, period: DATES, from: DATES, to: DATES },
  ],
  [costSummary, {}, { by: ['nonsense', '\0', LONG, 'Tag:team', 'serviceName,'.repeat(9), '__proto__', 'constructor'] }],
  [costSummary, { by: 'serviceName' }, { filter: ['', 'x', '=', 'nonsense=1', '\0=1', `${LONG}=1`, '__proto__=1'] }],
  [costRows, {}, { metric: METRICS, period: DATES, from: DATES, filter: ['x', 'nonsense=1'] }],
  [getMonthToDate, {}, { month: DATES, currency: CURRENCIES, metric: METRICS, filter: ['x', 'nonsense=1'] }],
  [explainCosts, { from: '2026-09', to: '2026-10' }, { from: DATES, to: DATES, metric: METRICS }],
  [getCoverage, {}, { metric: METRICS, period: DATES }],
  [getUnallocated, {}, { metric: METRICS, period: DATES }],
  [getReconciliation, { period }, { metric: METRICS, period: DATES }],
  [listStatements, { period }, { period: DATES, currency: CURRENCIES, basis: [LONG, 'none'], delivery: NONSENSE }],
  [getStatement, { period }, { period: DATES, currency: CURRENCIES }, { team: '-' }],
  [
    showMonitor,
    { slice: 'country' },
    { mostValues: [...NONSENSE, '0', '5001', '1.5'], by: METRICS, start: INSTANTS, slice: ['', LONG] },
    { monitor: 'm' },
  ],
  [tokenReconciliation, {}, { period: DATES, metric: METRICS }],
  [tokenCostReport, {}, { by: [...METRICS, 'Team'], start: INSTANTS, end: INSTANTS }],
  [getTokenPrice, { model: 'gpt-4o' }, { model: ['', ' ', LONG], serviceTier: METRICS, at: INSTANTS }],
];

describe('nonsense in a query is refused with a code and a sentence', () => {
  it.each(QUERIES.map(([endpoint, ...rest]) => [endpoint.path, endpoint, ...rest] as const))(
    '%s',
    async (_path, endpoint, query, parameters, params = {}) => {
      const sound = await injectRequest({ endpoint, params, query });
      expect(sound.statusCode, sound.body).toBe(200);
      for (const [name, values] of Object.entries(parameters)) {
        for (const value of values) await expectRefused({ endpoint, params, query: { ...query, [name]: value } });
      }
      await expectRefused({ endpoint, params, query: { ...query, nonsense: '1' } });
    },
  );

  it('a range that ends before it begins', async () => {
    const day = { by: 'serviceName', from: '2026-10-05', to: '2026-10-01' };
    await expectRefused({ endpoint: costSummary, query: day });
    await expectRefused({ endpoint: costSummary, query: { ...day, from: '2026-11', to: '2026-10' } });
    await expectRefused({ endpoint: costSummary, query: { ...day, from: '2026-10', to: '2026-10-05' } });
    const instants = { start: '2026-11-02T00:00:00Z', end: '2026-11-01T00:00:00Z' };
    await expectRefused({ endpoint: tokenCostReport, query: instants });
    await expectRefused({ endpoint: tokenCostReport, query: { ...instants, end: instants.start } });
  });
});

const usage = { usage: 'u', subject: {}, model: 'm', at: '2026-11-01T00:00:00Z', inputTokens: 1, origin: 'test' };
const NUMBERS = [-1, 0.5, 1e21, '1', null, [], {}, true];
const TEXTS = [null, [], {}, 1, true];

const BODIES: readonly [string, Endpoint, Record<string, string>, readonly Record<string, unknown>[]][] = [
  [
    'exchange rates',
    importExchangeRates,
    {},
    [
      {},
      ...TEXTS.flatMap((value) => [
        { file: 'f', text: value },
        { file: value, text: 'Date,USD\n2026-11-02,1\n' },
      ]),
      { file: LONG, text: 'Date,USD\n2026-11-02,1\n' },
      ...['', '\0', LONG, 'Date,USD', 'Date,USD\n2026-11-02,1e309\n', 'Date,USD\n2026-11-02,NaN\n'].map((text) => ({
        file: 'f',
        text,
      })),
      { file: 'f', text: `Date,USD\n2026-11-02,${'9'.repeat(10_000)}\n` },
    ],
  ],
  [
    'token usage',
    recordTokenUsage,
    {},
    [
      { records: [] },
      ...NUMBERS.flatMap((value) => [
        { records: [{ ...usage, inputTokens: value, outputTokens: 0 }] },
        { records: [{ ...usage, outputTokens: value }] },
      ]),
      ...[...TEXTS, '', ' ', LONG].map((model) => ({ records: [{ ...usage, outputTokens: 0, model }] })),
      ...[...TEXTS, '', LONG].map((session) => ({ records: [{ ...usage, outputTokens: 0, session }] })),
    ],
  ],
  [
    'a bill',
    importBill,
    {},
    [
      ...[...TEXTS, '', 'nonsense', LONG, 'YYYY'].flatMap((value) => [
        { source: 'aws', files: [{ upload: 'u', name: 'n' }], dateFormat: value },
        { source: 'aws', files: [{ upload: 'u', name: 'n' }], numberFormat: value },
        { source: 'aws', files: [{ upload: 'u', name: 'n' }], overlap: value },
      ]),
    ],
  ],
  [
    'an issue of statements',
    issueStatements,
    {},
    [...DATES.map((value) => ({ period: value })), { period, allowProvisional: 'yes' }, { period, why: LONG }],
  ],
  [
    'a backtest',
    backtestAlerts,
    { monitor: 'none' },
    [
      { alerts: [] },
      ...[...TEXTS, ...INSTANTS].flatMap((value) => [{ start: value }, { end: value }]),
      { start: '2026-11-02T00:00:00Z', end: '2026-11-01T00:00:00Z' },
    ],
  ],
];

describe('nonsense in a body is refused with a code and a sentence', () => {
  it.each(BODIES)('%s', async (_what, endpoint, params, bodies) => {
    for (const body of bodies) await expectRefused({ endpoint, params, body });
  });

  const document = (kind: string, spec: object) =>
    JSON.stringify({ apiVersion: 'steelyard/v1', kind, metadata: { name: 'x' }, spec });
  const split = (more: object) => ({
    rules: [{ name: 'a', match: { serviceName: 'S3' }, split: { method: 'proportional', by: 'cost', ...more } }],
  });
  const NOT_A_METRIC = [...TEXTS, ...METRICS];
  const rates = (more: object) => ({ source: 's', rates: [{ date: '2026-11-02', rates: { USD: '1' } }], ...more });
  const policy = (more: object) => ({
    ...{ model: 'm', currency: 'USD', quality: [{ metric: 'auc', direction: 'higher', floor: '0.5' }] },
    cost: [{ measure: 'costPerMonth', atMost: '1', predictionsPerMonth: 1, ...more }],
  });
  const monitor = (more: object) => ({ model: 'm', drift: { reference: { first: 100 }, ...more } });
  const sound = [
    document('AllocationRules', split({})),
    document('ExchangeRates', rates({})),
    document('Monitor', monitor({ minEffect: { ks: 0.1 } })),
    document('Policy', policy({ basis: 'served' })),
  ];
  const documents = [
    ...NOT_A_METRIC.map((metric) => document('AllocationRules', split({ metric }))),
    ...[...TEXTS, '', 'nonsense', 'usage:'].map((by) => document('AllocationRules', split({ by }))),
    ...[...TEXTS, ...CURRENCIES].map((base) => document('ExchangeRates', rates({ base }))),
    ...['0', '-1', '1e309', 'NaN', '', '9'.repeat(100), 1, null].map((rate) =>
      document('ExchangeRates', rates({ rates: [{ date: '2026-11-02', rates: { USD: rate } }] })),
    ),
    ...DATES.map((date) => document('ExchangeRates', rates({ rates: [{ date, rates: { USD: '1' } }] }))),
    ...[-0.1, 1.1, 1e308, '0.1', null, [0.1]].map((minEffect) =>
      document('Monitor', monitor({ minEffect: { ks: minEffect } })),
    ),
    ...[...TEXTS, 'nonsense', '', '__proto__'].map((basis) => document('Policy', policy({ basis }))),
  ];

  it('documents', async () => {
    for (const text of sound) {
      const body = { documents: [{ file: 'x.yaml', text }], dryRun: true };
      const answer = await injectRequest({ endpoint: postApply, body });
      expect(answer.statusCode, answer.body).toBe(200);
    }
    for (const text of documents)
      await expectRefused({ endpoint: postApply, body: { documents: [{ file: 'x.yaml', text }] } });
  });
});
