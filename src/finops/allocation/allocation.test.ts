import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { postApply } from '../../platform/manifests/schema.ts';
import { decimal, sumDecimals } from '../../platform/units/index.ts';
import { call, catchProblem, importFiles } from '../../testing/application.ts';
import { isDeep } from '../../testing/deep.ts';
import { quietApplication, sharedQuietApplication } from '../../testing/shared.ts';
import { costSummary } from '../costs/schema.ts';
import { getAllocationRules } from './schema.ts';

const application = await sharedQuietApplication();
/** Each test replaces the October bill with rows of a test-specific region, and replaces the rules. */
let region = '';
let tests = 0;
beforeEach(() => {
  tests += 1;
  region = `region-${tests}`;
});

const HEADER =
  'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ServiceName,SubAccountId,RegionId,Tags';

interface Row {
  readonly cost: string;
  readonly service?: string;
  readonly account?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

function bill(rows: readonly Row[]): string {
  const lines = rows.map(({ cost, service = 'S3', account = '1', tags = {} }) =>
    [
      cost,
      cost,
      'USD',
      '2026-10-01',
      '2026-10-02',
      service,
      account,
      region,
      `"${JSON.stringify(tags).replaceAll('"', '""')}"`,
    ].join(','),
  );
  return `${[HEADER, ...lines].join('\n')}\n`;
}

const rules = (yaml: string) =>
  `apiVersion: steelyard/v1\nkind: AllocationRules\nmetadata: {name: rules}\nspec:\n  rules:\n${yaml}`;
const apply = (text: string, to = application) =>
  call(to, postApply, { body: { documents: [{ file: 'rules.yaml', text }] } });
const byTeam = async (of = application) => {
  const { rows } = await call(of, costSummary, { query: { by: 'team' } });
  return Object.fromEntries(rows.map(({ team, amount }) => [team ?? 'unallocated', amount]));
};

const RULES = rules(`
    - {name: accounts, match: {subAccountId: ['7', '8']}, subject: {team: platform}}
    - {name: bedrock, match: {serviceName: 'Amazon Bed*'}, subject: {team: assistant, purpose: inference}}
    - {name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}', project: 'ml-{tag:team}'}}
`);

describe('allocation', () => {
  const rows: Row[] = [
    { cost: '1', account: '7', service: 'Amazon Bedrock' },
    { cost: '2', service: 'amazon bedrock', tags: { team: 'Search' } },
    { cost: '4', tags: { team: 'Search' } },
    { cost: '8', tags: { ' Team': 'search ' } },
    { cost: '16' },
  ];

  it('gives each row to the first rule that matches and leaves the rest unallocated and visible', async () => {
    await apply(RULES);
    await importFiles(application, 'aws', { 'a.csv': bill(rows) });
    expect(await byTeam()).toEqual({ unallocated: '16', search: '12', assistant: '2', platform: '1' });
    const { rows: byProject } = await call(application, costSummary, { query: { by: 'project,team' } });
    expect(byProject).toContainEqual({ project: 'ml-search', team: 'search', amount: '12', currency: 'USD' });
  });

  it('allocates what was imported before the rules, and anew when they change', async () => {
    await using withoutRules = await quietApplication();
    const outcome = async (text: string) => (await apply(text, withoutRules)).applied[0]?.outcome;
    await importFiles(withoutRules, 'aws', { 'a.csv': bill(rows) });
    expect(await byTeam(withoutRules)).toEqual({ unallocated: '31' });
    expect(await outcome(RULES)).toBe('created');
    expect((await byTeam(withoutRules)).search).toBe('12');
    expect(await outcome(RULES)).toBe('unchanged');
    const all = rules('    - {name: all, match: {billingCurrency: usd}, subject: {team: everyone}}\n');
    expect(await outcome(all)).toBe('changed');
    expect(await byTeam(withoutRules)).toEqual({ everyone: '31' });
    expect((await call(withoutRules, getAllocationRules)).version).toBe(2);
  });

  it('matches rows that lack a value by null', async () => {
    await apply(rules("    - {name: untagged, match: {'tag:team': null}, subject: {team: nobody}}\n"));
    await importFiles(application, 'aws', { 'a.csv': bill(rows) });
    expect(await byTeam()).toEqual({ nobody: '17', unallocated: '14' });
  });

  it('refuses a second document of rules: there is one ordered list', async () => {
    await apply(RULES);
    const problem = await catchProblem(apply(RULES.replace('name: rules', 'name: other')));
    expect(problem).toMatchObject({ code: 'manifest_invalid', detail: expect.stringContaining('"rules"') });
  });

  it('refuses a rule that names a dimension which rows do not have, and keeps the old rules', async () => {
    await apply(RULES);
    const { version } = await call(application, getAllocationRules);
    const problem = await catchProblem(
      apply(rules('    - {name: typo, match: {servceName: S3}, subject: {team: a}}\n')),
    );
    expect(problem).toMatchObject({ code: 'dimension_unknown' });
    expect((await call(application, getAllocationRules)).version).toBe(version);
  });

  it('conserves: any grouping of any bill under any rules sums to the bill, to the last decimal', async () => {
    const amount = fc
      .tuple(fc.bigInt(-(10n ** 14n), 10n ** 14n))
      .map(([units]) => decimal(String(units)).dividedBy('1e11').toFixed());
    const anyRow: fc.Arbitrary<Row> = fc.record({
      cost: amount,
      service: fc.constantFrom('S3', 'Amazon Bedrock', 'Azure OpenAI'),
      account: fc.constantFrom('1', '7', '9'),
      tags: fc.dictionary(fc.constantFrom('team', ' Team', 'env'), fc.constantFrom('a', 'B', "o'hara", ''), {
        noNullPrototype: true,
      }),
    });
    const groupings = ['team', 'project,purpose', 'rule', 'tag:team,serviceName', 'day', 'subAccountId,team'];
    await apply(RULES);
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { minLength: 1, maxLength: 40 }),
        fc.constantFrom(...groupings),
        async (anyRows, by) => {
          round += 1;
          await importFiles(application, 'aws', { [`${round}.csv`]: bill(anyRows) });
          const { rows: groups, totals } = await call(application, costSummary, { query: { by } });
          const expected = sumDecimals(anyRows.map(({ cost }) => cost));
          expect(sumDecimals(groups.map(({ amount: each }) => each ?? 'NaN'))).toBe(expected);
          expect(totals).toEqual([{ currency: 'USD', amount: expected }]);
        },
      ),
      { numRuns: isDeep ? 40 : 3 },
    );
  });
});
