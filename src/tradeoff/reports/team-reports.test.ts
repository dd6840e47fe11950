import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { costSummary } from '../../finops/costs/schema.ts';
import { applyRules, bill, inMonth } from '../../finops/testing/costs.ts';
import { type Change, drainAll, listDays, type MadeLedger, openAnomalyLedger } from '../../finops/testing/ledger.ts';
import { mlflow, post } from '../../mlops/wire/testing.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { sumDecimals } from '../../platform/units/index.ts';
import { call, importFiles } from '../../testing/application.ts';
import { checkGate } from '../gates/schema.ts';
import { AUDIENCES } from './audiences.ts';
import { Audience, getReport, type ReportDocument } from './schema.ts';

/** Both teams have an anomaly in week 47. */
const rise: Change = ({ sku }, day) =>
  ['p4d.24xlarge', 'claude-input'].includes(sku) && day >= '2026-11-17' && day <= '2026-11-19' ? { quantity: 2 } : {};
const RULES =
  "    - {name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}', model: '{tag:model}', experiment: '{tag:experiment}', purpose: '{tag:purpose}'}}\n";
const FACTS = ['search', 'ads'].map(
  (team) => `
apiVersion: steelyard/v1
kind: Team
metadata: {name: ${team}}
---
apiVersion: steelyard/v1
kind: Project
metadata: {name: ${team}-project}
spec: {team: ${team}}
---
apiVersion: steelyard/v1
kind: Budget
metadata: {name: ${team}-team-budget}
spec: {subject: {team: ${team}}, amount: "1000", currency: USD}
---
apiVersion: steelyard/v1
kind: Budget
metadata: {name: ${team}-project-budget}
spec: {subject: {project: ${team}-project}, amount: "1000", currency: USD}
---
apiVersion: steelyard/v1
kind: Policy
metadata: {name: ${team}-policy}
spec: {team: ${team}, currency: USD, quality: [{metric: ndcg, direction: higher, floor: "0.9"}], cost: [{measure: trainingCost, atMost: "1"}]}`,
);
const ALL = `
apiVersion: steelyard/v1
kind: Budget
metadata: {name: everything}
spec: {subject: {}, amount: "9999", currency: USD}`;

const endpointText = (name: string, model: string, project?: string) =>
  JSON.stringify({
    ...{ apiVersion: 'steelyard/v1', kind: 'Endpoint', metadata: { name } },
    spec: {
      ...(project === undefined ? {} : { project }),
      variants: { main: { model, version: '1', backend: 'onnx' } },
    },
  });

/** Words that only the things of one team have. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  search: ['search', 'p4d', 'Amazon S3'],
  ads: ['ads', 'claude', 'Amazon Bedrock'],
};

describe('the report of a team', () => {
  let ledger: MadeLedger;
  const made = new Map<string, Promise<ReportDocument>>();
  const read = (audience: Audience, team?: string): Promise<ReportDocument> => {
    const query = { schedule: 'weekly', week: '2026-W47', audience, ...(team === undefined ? {} : { team }) } as const;
    const key = JSON.stringify(query);
    const known = made.get(key) ?? call(ledger.application, getReport, { query }).then(({ document }) => document);
    made.set(key, known);
    return known;
  };
  const find = ({ sections }: ReportDocument, id: string) => sections.find((one) => one.id === id);
  const names = (document: ReportDocument, id: string) =>
    (find(document, id)?.rows ?? []).map(({ cells }) => cells[0]?.value);

  beforeAll(async () => {
    ledger = await openAnomalyLedger('2026-11-25T12:00:00Z');
    const { application } = ledger;
    await applyRules(application, RULES);
    const text = [...FACTS, ALL].join('\n---');
    await call(application, postApply, { body: { documents: [{ file: 'facts.yaml', text }] } });
    await ledger.deliver(listDays('2026-10-01', '2026-11-24'), { change: rise });
    await importFiles(application, 'own', { 'november.csv': bill([...listCharges('search'), ...listCharges('ads')]) });
    for (const team of ['search', 'ads']) {
      await addVersion(`${team}-model`, team);
      await addVersion(`${team}-shared-model`, team);
      const body = { model: `${team}-model`, version: '1', policy: `${team}-policy`, dryRun: false };
      ledger.at('2026-11-20T12:00:00Z');
      await call(application, checkGate, { body });
      ledger.at('2026-11-25T12:00:00Z');
    }
    await addVersion('unowned-model', null);
    const endpoints = ['search', 'ads'].flatMap((team) => [
      endpointText(`${team}-endpoint`, `${team}-model`, `${team}-project`),
      endpointText(`${team}-second`, `${team}-model`),
    ]);
    const documents = [...endpoints, endpointText('unowned-endpoint', 'unowned-model')].join('\n---\n');
    await call(application, postApply, { body: { documents: [{ file: 'endpoints.yaml', text: documents }] } });
    await drainAll(application);
  });
  afterAll(() => ledger[Symbol.asyncDispose]());

  const charge = (day: string, cost: string, tags: object) => ({
    ...inMonth('2026-11', cost),
    ...{ ChargePeriodStart: `${day}T00:00:00Z`, ChargePeriodEnd: `${day}T23:00:00Z`, ServiceName: 'Own compute' },
    Tags: JSON.stringify(tags),
  });
  const listCharges = (team: string) => [
    charge('2026-11-16', '5', { team, model: `${team}-model`, purpose: 'inference' }),
    charge('2026-11-17', '7', { team, experiment: `${team}-experiment`, purpose: 'experiment' }),
    // Both teams pay for it.
    charge('2026-11-18', '11', { team, model: 'search-shared-model', purpose: 'inference' }),
  ];
  async function addVersion(name: string, team: string | null): Promise<void> {
    const { application } = ledger;
    const tags = team === null ? [] : [{ key: 'steelyard.team', value: team }];
    await mlflow(application, 'POST', 'registered-models/create', { name, tags });
    const { run } = await post(application, 'runs/create', { experiment_id: '0', start_time: 0 });
    const { run_id } = (run as { info: { run_id: string } }).info;
    await post(application, 'runs/log-metric', { run_id, key: 'ndcg', value: 0.5, timestamp: 0 });
    const source = `mlflow-artifacts:/0/${run_id}/artifacts/m`;
    await post(application, 'model-versions/create', { name, source, run_id });
  }

  it('has no word of the other team in any section, for each audience', async () => {
    for (const audience of Audience.options) {
      for (const [team, other] of [
        ['search', 'ads'],
        ['ads', 'search'],
      ] as const) {
        const { sections, leftOut } = await read(audience, team);
        const text = JSON.stringify(sections).replaceAll('not searched', '');
        for (const word of WORDS[other] ?? [])
          expect(text, `${audience} of ${team}`).not.toMatch(new RegExp(`\\b${word}`));
        expect(sections.map(({ id }) => id)).toEqual(AUDIENCES[audience]);
        expect(leftOut).toEqual([]);
      }
    }
  });

  it('has sums of its own cost only', async () => {
    const [search, ads, all] = [await read('finance', 'search'), await read('finance', 'ads'), await read('finance')];
    const week = { from: '2026-11-16', to: '2026-11-22' };
    const query = { by: ['serviceName'], filter: ['team=search'], ...week };
    const { totals } = await call(ledger.application, costSummary, { query });
    const total = (document: ReportDocument) => find(document, 'cost')?.rows[0]?.cells[1]?.value ?? '';
    expect(total(search)).toBe(totals[0]?.amount);
    expect(Number(sumDecimals([total(search), total(ads)]))).toBeLessThan(Number(total(all)));
    expect(names(search, 'movers')).toContain('Amazon S3');
    expect(names(all, 'movers')).toContain('search');
    const month = find(search, 'month-to-date')?.rows[0]?.cells[1];
    expect(month?.link).toContain('filter=team%3Dsearch');
    expect(Number(month?.value)).toBeLessThan(Number(find(all, 'month-to-date')?.rows[0]?.cells[1]?.value));
  });

  it('has its budgets, models, endpoints, experiments and anomalies, and states the number without an owner', async () => {
    const [finance, science, engineering] = [
      await read('finance', 'ads'),
      await read('data-science', 'ads'),
      await read('ml-engineering', 'ads'),
    ];
    expect(names(finance, 'budgets')).toEqual(['ads-project-budget', 'ads-team-budget']);
    expect(names(finance, 'anomalies').length).toBeGreaterThan(0);
    expect(names(finance, 'returns')).toEqual(['ads-model']);
    expect(names(science, 'experiments')).toEqual(['ads-experiment']);
    expect(names(science, 'decisions')).toEqual(['ads-model']);
    expect(names(engineering, 'serving')).toEqual(['ads-endpoint', 'ads-second']);
    expect(find(engineering, 'serving')?.notes).toContain('1 endpoint without an owner is in no report of a team.');
    expect(names(await read('ml-engineering'), 'serving')).toContain('unowned-endpoint');
  });

  it('has no figures of a model that another team pays for too', async () => {
    const rows = find(await read('finance', 'search'), 'returns')?.rows ?? [];
    const cells = rows.find(({ key }) => key === 'search-shared-model')?.cells ?? [];
    expect(cells.map(({ value }) => value)).toEqual(['search-shared-model', null, null, null, null]);
    expect(cells[1]?.reason).toBe('other teams pay for it too');
    const whole = find(await read('finance'), 'returns')?.rows ?? [];
    expect(whole.find(({ key }) => key === 'search-shared-model')?.cells[1]?.value).toBe('22');
  });
});
