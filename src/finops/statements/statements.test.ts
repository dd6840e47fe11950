import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../main.ts';
import { buildUrl, type CallInput } from '../../platform/contract/schema.ts';
import { decimal, decimalString, sumDecimals } from '../../platform/units/index.ts';
import { call, catchProblem, importFiles } from '../../testing/application.ts';
import { isDeep } from '../../testing/deep.ts';
import { quietApplication, sharedQuietApplication } from '../../testing/shared.ts';
import { applyRules, type BillRow, bill, inMonth, SPLITTING_RULES } from '../testing/costs.ts';
import {
  getIssuedStatement,
  getIssuedStatementCsv,
  getIssuedStatementHtml,
  getStatement,
  getStatementCsv,
  getStatementHtml,
  issueStatements,
  listIssuedStatements,
  listStatements,
  type StatementAmount,
} from './schema.ts';

const NOVEMBER_20 = Date.parse('2026-11-20T00:00:00Z');
let now = NOVEMBER_20;
const clock = { now: () => now };
const shared = await sharedQuietApplication({ clock });
let application: Application;
/** Each test uses its own month and the month before it. */
let month = '';
let monthBefore = '';
let tests = 0;
const monthText = (count: number) => new Date(Date.UTC(2022, count, 1)).toISOString().slice(0, 'YYYY-MM'.length);
beforeAll(() => applyRules(shared, SPLITTING_RULES));
beforeEach(() => {
  now = NOVEMBER_20;
  application = shared;
  tests += 1;
  [month, monthBefore] = [monthText(3 * tests), monthText(3 * tests - 1)];
});

/**
 * A separate application with October 2026 as the month: for tests of rules, of statement numbers, and of lists over
 * all months.
 */
async function ownApplication(): Promise<void> {
  const own = await quietApplication({ clock });
  onTestFinished(() => own[Symbol.asyncDispose]());
  application = own;
  [month, monthBefore] = ['2026-10', '2026-09'];
}

const charge = (cost: string, change: BillRow = {}): BillRow => ({ ...inMonth(month, cost), ...change });
const unowned = { Tags: '' };
const rows = (): BillRow[] => [
  charge('9'),
  charge('6', { EffectiveCost: '5', Tags: '{"team":"ads"}', ServiceName: 'S3' }),
  charge('10', { ServiceName: 'Support', ...unowned }),
  charge('-1', { ChargeCategory: 'Credit' }),
  charge('2', { ChargeCategory: 'Tax' }),
  charge('0', { EffectiveCost: '3', CommitmentDiscountId: 'sp-1', CommitmentDiscountStatus: 'Used' }),
  charge('100', { EffectiveCost: '0', ChargeCategory: 'Purchase', CommitmentDiscountId: 'sp-1', ...unowned }),
];
const earlier = () => [inMonth(monthBefore, '4'), inMonth(monthBefore, '1.5')];

const take = (name: string, all: readonly BillRow[]) => importFiles(application, 'aws', { [`${name}.csv`]: bill(all) });
const overview = (query: object = {}) => call(application, listStatements, { query: { period: month, ...query } });
const statement = (team: string, query: object = {}) =>
  call(application, getStatement, { params: { team }, query: { period: month, ...query } });
const issue = (body: object = {}) => call(application, issueStatements, { body: { period: month, ...body } });
const billedOf = (amounts: readonly { billedCost: string }[]) => amounts.map(({ billedCost }) => billedCost);

async function fileOf<E extends typeof getStatementHtml | typeof getIssuedStatementHtml>(
  endpoint: E,
  input: CallInput<E>,
): Promise<string> {
  const answer = await application.http.inject({
    method: 'GET',
    url: buildUrl(endpoint, input),
    headers: { host: 'localhost' },
  });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.body;
}

describe('what a team pays', () => {
  it('is said by way, pool, kind of charge, service and project, beside the month before', async () => {
    await take('bill', [...rows(), ...earlier()]);
    const facts = await statement('search');
    expect(facts.totals).toEqual([
      {
        currency: 'USD',
        billedCost: expect.stringMatching(/^13\.3+$/),
        effectiveCost: expect.stringMatching(/^16\.3+$/),
        billedBefore: '5.5',
        effectiveBefore: '5.5',
      },
    ]);
    expect(facts.ways.map(({ way, billedCost }) => [way, billedCost])).toEqual([
      ['direct', '10'],
      ['shared', expect.stringMatching(/^3\.3+$/)],
    ]);
    expect(facts.pools).toMatchObject([
      { rule: 'support', method: 'weights', layer: 1, way: 'shared', poolBilledCost: '10', ratio: '0.3333333333' },
    ]);
    expect(facts.charges.map(({ charge, billedCost, effectiveCost }) => [charge, billedCost, effectiveCost])).toEqual([
      ['usage', expect.stringMatching(/^12\.3+$/), expect.stringMatching(/^12\.3+$/)],
      ['commitment', '0', '3'],
      ['credit', '-1', '-1'],
      ['tax', '2', '2'],
    ]);
    expect(
      facts.services.map(({ serviceName, billedCost, billedBefore }) => [serviceName, billedCost, billedBefore]),
    ).toEqual([
      ['Amazon EC2', '10', '5.5'],
      ['Support', expect.stringMatching(/^3\.3+$/), '0'],
    ]);
    expect(facts.projects.map(({ project, billedCost }) => [project, billedCost])).toEqual([
      ['ml-search', '10'],
      [null, expect.stringMatching(/^3\.3+$/)],
    ]);
    expect(facts.deliveries).toEqual([expect.stringMatching(/^d_/)]);
    expect([facts.rulesVersion, facts.basis]).toEqual([1, expect.stringMatching(/^al_/)]);
  });

  it('says why nobody pays the rest', async () => {
    await take('bill', [...rows(), charge('7', { ServiceName: 'Network', BillingCurrency: 'EUR', ...unowned })]);
    const { reasons } = await statement('-');
    // Largest effective cost first: the 100 is a purchase, whose effective cost belongs to the usage that it covers.
    expect(reasons.map(({ reason, currency, billedCost }) => [reason, currency, billedCost])).toEqual([
      [expect.stringMatching(/.+/), 'EUR', '7'],
      ['no rule matches it', 'USD', '100'],
    ]);
  });

  it('says what it leaves out, and that a month before is unknown', async () => {
    await take('bill', [charge('1', { ...unowned }), charge('1', { EffectiveCost: '', ...unowned })]);
    const facts = await statement('-');
    expect(facts.totals).toMatchObject([{ billedCost: '2', effectiveCost: '1', billedBefore: null }]);
    expect(facts.leftOut).toEqual({ rejectedRows: 0, rowsWithoutBilledCost: 0, rowsWithoutEffectiveCost: 1 });
  });

  it('is nothing that can be shown for a month without a bill, or a team without cost', async () => {
    await take('bill', rows());
    expect(await catchProblem(statement('search', { period: '2020-01' }))).toMatchObject({
      code: 'bill_period_not_covered',
    });
    expect(await catchProblem(statement('nobody'))).toMatchObject({ code: 'statement_not_found' });
    expect(await catchProblem(statement('-', { basis: 'al_unknown' }))).toMatchObject({
      code: 'statement_basis_not_found',
    });
    expect(await catchProblem(statement('-', { delivery: `d_${'0'.repeat(20)}` }))).toMatchObject({
      code: 'bill_delivery_not_found',
    });
  });

  it('is the same, byte for byte, on the ids that it names, although newer deliveries and rules came', async () => {
    await ownApplication();
    await applyRules(application, SPLITTING_RULES);
    await take('september', earlier());
    const { delivery } = await take('october', rows());
    const first = await statement('search');
    const ids = { basis: first.basis ?? '', previousBasis: first.previousBasis ?? '' };
    const at = (query: object) => ({ params: { team: 'search' }, query: { period: month, ...query } });
    const [html, csv] = [await fileOf(getStatementHtml, at({})), await fileOf(getStatementCsv, at({}))];
    await take('october-again', [charge('77')]);
    await take('september-again', [inMonth(monthBefore, '1')]);
    await applyRules(application, '    - {name: all, match: {billingCurrency: usd}, subject: {team: other}}\n');
    expect((await statement('other')).totals).toMatchObject([{ billedCost: '77', billedBefore: '1' }]);
    expect(await statement('search', ids)).toEqual(first);
    expect(await statement('search', { delivery })).toEqual(first);
    expect([await fileOf(getStatementHtml, at(ids)), await fileOf(getStatementCsv, at(ids))]).toEqual([html, csv]);
  });
});

describe('the statements of a month', () => {
  it('list every team, those that are gone too, and what nobody pays', async () => {
    await ownApplication();
    await applyRules(application, SPLITTING_RULES);
    await take('bill', [
      ...rows(),
      inMonth(monthBefore, '4'),
      { ...inMonth(monthBefore, '1'), Tags: '{"team":"gone"}' },
    ]);
    const { statements, bill: whole, periods, periodState } = await overview();
    expect(statements.map(({ team, totals }) => [team, billedOf(totals)])).toEqual([
      ['ads', [expect.stringMatching(/^9\.3+4?$/)]],
      ['gone', ['0']],
      ['maps', [expect.stringMatching(/^3\.333/)]],
      ['search', [expect.stringMatching(/^13\.333/)]],
      [null, ['100']],
    ]);
    expect(whole).toMatchObject([{ billedCost: '126', billedBefore: '5' }]);
    expect([periods, periodState]).toEqual([['2026-09', '2026-10'], 'closed']);
  });

  it('add up to the bill, whatever the bill and the rules, in both costs and every currency', async () => {
    const cost = fc
      .bigInt(-(10n ** 13n), 10n ** 14n)
      .map((units) => decimal(String(units)).dividedBy('1e11').toFixed());
    const anyRow = fc.record({
      cost,
      effective: fc.oneof(cost, fc.constant('')),
      service: fc.constantFrom('Support', 'Network', 'S3', 'Amazon EC2'),
      team: fc.constantFrom('search', 'ads', "o'hara & <co>", ''),
      category: fc.constantFrom('Usage', 'Credit', 'Tax', 'Purchase', 'Adjustment'),
      currency: fc.constantFrom('USD', 'EUR'),
    });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 15 }), async (anyRows) => {
        round += 1;
        await take(
          String(round),
          anyRows.map(({ cost: billed, effective, service, team, category, currency }) =>
            charge(billed, {
              ...{
                EffectiveCost: effective,
                ServiceName: service,
                ChargeCategory: category,
                BillingCurrency: currency,
              },
              Tags: team === '' ? '' : JSON.stringify({ team }),
            }),
          ),
        );
        const { statements, bill: whole } = await overview();
        for (const { currency, billedCost, effectiveCost } of whole) {
          const own = anyRows.filter((row) => row.currency === currency);
          expect(billedCost).toBe(sumDecimals(own.map((row) => row.cost)));
          expect(effectiveCost).toBe(sumDecimals(own.map((row) => row.effective).filter((text) => text !== '')));
          const parts = statements.flatMap(({ totals }) => totals.filter((total) => total.currency === currency));
          expect(sumDecimals(billedOf(parts))).toBe(billedCost);
          expect(sumDecimals(parts.map((part) => part.effectiveCost))).toBe(effectiveCost);
        }
        const sumIn = (amounts: readonly StatementAmount[], currency: string) =>
          sumDecimals(billedOf(amounts.filter((amount) => amount.currency === currency)));
        for (const { team } of statements.slice(0, 3)) {
          const { totals, ways, charges, services, projects } = await statement(team ?? '-');
          for (const { currency, billedCost } of totals) {
            for (const parts of [ways, charges, services, projects]) expect(sumIn(parts, currency)).toBe(billedCost);
          }
        }
      }),
      { numRuns: isDeep ? 20 : 3 },
    );
  });
});

describe('an issued statement', () => {
  it('is numbered, final, and the same for ever', async () => {
    await ownApplication();
    await applyRules(application, SPLITTING_RULES);
    await take('bill', rows());
    const { issued } = await issue({ why: 'October' });
    expect(issued.map(({ number, team, revision }) => [number, team, revision])).toEqual([
      [1, 'ads', 1],
      [2, 'maps', 1],
      [3, 'search', 1],
      [4, null, 1],
    ]);
    const read = async () => ({
      facts: await call(application, getIssuedStatement, { params: { number: 3 } }),
      html: await fileOf(getIssuedStatementHtml, { params: { number: 3 } }),
      csv: await fileOf(getIssuedStatementCsv, { params: { number: 3 } }),
    });
    const first = await read();
    expect(first.html).toContain('No. 3');
    expect(first.html).not.toMatch(/<script|src=|href=|url\(/);
    expect(first.csv).toContain('search,2026-10,3,total,');
    await take('restated', [charge('77')]);
    expect(await read()).toEqual(first);
    expect((await overview()).statements.find(({ team }) => team === 'search')?.issued).toEqual({
      number: 3,
      revision: 1,
      isCurrent: false,
    });
  });

  it('is corrected by a new one that says the difference, and only where the figures changed', async () => {
    await take('bill', rows());
    const first = (await issue()).issued[0]?.number ?? 0;
    expect(await catchProblem(issue())).toMatchObject({ code: 'statement_already_issued' });
    await take('restated', [...rows(), charge('0.5')]);
    const { issued } = await issue();
    expect(issued).toMatchObject([
      {
        number: first + 4,
        team: 'search',
        revision: 2,
        corrects: first + 2,
        difference: [{ currency: 'USD', billedCost: '0.5', effectiveCost: '0.5' }],
      },
    ]);
    const { statements } = await call(application, listIssuedStatements, { query: { team: 'search', period: month } });
    expect(statements.map(({ number }) => number)).toEqual([first + 4, first + 2]);
    expect(await catchProblem(issue())).toMatchObject({ code: 'statement_already_issued' });
  });

  it('gives everything back to a team that has nothing any more, so that the newest still add up', async () => {
    await take('bill', rows());
    await issue();
    await take('restated', [charge('126')]);
    await issue();
    const { statements } = await call(application, listIssuedStatements, { query: { period: month } });
    const newest = new Map(statements.toReversed().map((each) => [each.team, each]));
    const billed = [...newest.values()].flatMap(({ totals }) => billedOf(totals));
    expect(decimalString(sumDecimals(billed))).toBe('126');
    expect(newest.get('ads')).toMatchObject({
      totals: [],
      difference: [{ billedCost: expect.stringMatching(/^-9\.3+4?$/) }],
    });
  });

  it('waits until the month is closed, or until somebody says otherwise', async () => {
    await ownApplication();
    await take('bill', rows());
    now = Date.parse('2026-10-20T00:00:00Z');
    expect(await catchProblem(issue({ allowProvisional: true }))).toMatchObject({
      code: 'statement_period_not_closed',
      state: 'open',
    });
    now = Date.parse('2026-11-03T00:00:00Z');
    expect(await catchProblem(issue())).toMatchObject({ code: 'statement_period_not_closed', state: 'provisional' });
    expect((await issue({ allowProvisional: true })).issued).toMatchObject(
      [{ team: 'search' }, { periodState: 'provisional' }].slice(1),
    );
    expect(await catchProblem(call(application, getIssuedStatement, { params: { number: 99 } }))).toMatchObject({
      code: 'statement_not_found',
    });
    expect(await catchProblem(issue({ period: '2025-01' }))).toMatchObject({ code: 'bill_period_not_covered' });
  });
});
