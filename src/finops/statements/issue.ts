import { AppError } from '../../platform/errors/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { type Clock, decimal, decimalString } from '../../platform/units/index.ts';
import type { Billing } from '../billing/index.ts';
import type { PeriodState } from '../billing/schema.ts';
import { type CostPair, sumByCurrency } from './amounts.ts';
import { buildStatementCsv } from './csv.ts';
import { readAllFacts, readBillTotals } from './month.ts';
import { buildStatementPage } from './page/index.ts';
import { type IssuedStatement, type StatementAmount, StatementFacts } from './schema.ts';
import { findStatementState, type StatementState, type StatementStateDeps } from './stand.ts';
import { findLatestStatements, insertStatement, type LatestStatement } from './store.ts';

export interface IssueDeps extends StatementStateDeps {
  readonly clock: Clock;
  readonly billing: StatementStateDeps['billing'] & Pick<Billing, 'exclusive' | 'periodState'>;
}

export interface IssueQuestion {
  readonly period: string;
  readonly allowProvisional: boolean;
  readonly why: string | null;
  readonly actor: string;
}

/**
 * Issues the statements of a month for every team. A second issue corrects the month: only statements with changed
 * figures are issued again, each with a reference to the statement that it corrects. So the newest statement of every
 * team and of unallocated cost always add up to the last issued bill. Runs in the exclusive queue of the bill, so that
 * the bill does not change meanwhile. Errors: `bill_period_not_covered`, `statement_period_not_closed`,
 * `statement_already_issued`.
 */
export function issueStatements(deps: IssueDeps, question: IssueQuestion): Promise<IssuedStatement[]> {
  return deps.billing.exclusive(async () => {
    const stand = await findStatementState(deps, { period: question.period });
    const periodState = await deps.billing.periodState(deps.store, question.period);
    refuseUnclosed(question, periodState);
    const before = await findLatestStatements(deps.store, question.period);
    const facts = await buildConservedFacts(deps, stand, before);
    const changed = facts.filter((each) => isChanged(each, findLatestStatement(before, each.team)));
    if (changed.length === 0) throw createAlreadyIssuedError(question.period, before);
    return deps.store.transaction(async (sql) => {
      const issued: IssuedStatement[] = [];
      for (const each of changed)
        issued.push(
          await issueOne(deps, sql, each, findLatestStatement(before, each.team), { ...question, periodState }),
        );
      return issued;
    });
  });
}

function refuseUnclosed({ period, allowProvisional }: IssueQuestion, state: PeriodState): void {
  if (state === 'closed' || (state === 'provisional' && allowProvisional)) return;
  const detail =
    state === 'open'
      ? `${period} has not ended, so its cost is not known. Issue its statements after its end, or read the live view now.`
      : `The cloud may still change ${period}. Issue it when the month is closed, or now with --allow-provisional: a change is then issued as a correction.`;
  throw new AppError('statement_period_not_closed', detail, { period, state });
}

function createAlreadyIssuedError(period: string, before: readonly LatestStatement[]): AppError {
  const numbers = before.map(({ issued }) => issued.number).toSorted((a, b) => a - b);
  const detail = `The statements of ${period} were issued as numbers ${numbers.join(', ')}, and nothing has changed since.`;
  return new AppError('statement_already_issued', detail, { period, numbers });
}

function findLatestStatement(before: readonly LatestStatement[], team: string | null): LatestStatement | null {
  return before.find(({ issued }) => issued.team === team) ?? null;
}

/**
 * Builds the statements and compares their sum with a separate sum of the bill; throws on a difference, so that nothing
 * is issued.
 */
async function buildConservedFacts(
  deps: IssueDeps,
  stand: StatementState,
  before: readonly LatestStatement[],
): Promise<StatementFacts[]> {
  const named = before.flatMap(({ issued }) => (issued.team === null ? [] : [issued.team]));
  const facts = await readAllFacts(deps, stand, { named });
  const bill = sumByCurrency((await readBillTotals(deps, stand.current)).totals);
  const sum = sumByCurrency(facts.flatMap(({ totals }) => totals.map(amountToPair)));
  if (JSON.stringify(dropZeros(sum)) !== JSON.stringify(dropZeros(bill))) {
    throw new Error(
      `statements of ${stand.period} sum to ${JSON.stringify(sum)} and not to the bill ${JSON.stringify(bill)}`,
    );
  }
  return facts;
}

function amountToPair({ currency, billedCost, effectiveCost }: StatementAmount): CostPair {
  return { currency, billed: billedCost, effective: effectiveCost };
}

function dropZeros(amounts: readonly StatementAmount[]): StatementAmount[] {
  return amounts.filter(({ billedCost, effectiveCost }) => billedCost !== '0' || effectiveCost !== '0');
}

/** Charged figures of a statement, without the previous month and without its inputs. */
function serializeFigures(facts: StatementFacts): string {
  const { totals, ways, pools, charges, services, projects, leftOut } = facts;
  const plain = (amount: StatementAmount, name: unknown = null) => [name, ...Object.values(amountToPair(amount))];
  return JSON.stringify([
    dropZeros(totals).map((each) => plain(each)),
    ways,
    pools,
    charges,
    dropZeros(services).map((each) => plain(each, 'serviceName' in each ? each.serviceName : null)),
    dropZeros(projects).map((each) => plain(each, 'project' in each ? each.project : null)),
    [leftOut.rowsWithoutBilledCost, leftOut.rowsWithoutEffectiveCost],
  ]);
}

function isChanged(facts: StatementFacts, before: LatestStatement | null): boolean {
  // Parsed like the stored facts, so that the fields are in the same order.
  return before === null || serializeFigures(StatementFacts.parse(facts)) !== serializeFigures(before.facts);
}

interface Issue extends IssueQuestion {
  readonly periodState: PeriodState;
}

async function issueOne(
  deps: IssueDeps,
  sql: Sql,
  facts: StatementFacts,
  before: LatestStatement | null,
  { period, periodState, why, actor }: Issue,
): Promise<IssuedStatement> {
  const totals = facts.totals.map(({ currency, billedCost, effectiveCost }) => ({
    currency,
    billedCost,
    effectiveCost,
  }));
  const record = {
    team: facts.team,
    period,
    revision: before === null ? 1 : before.issued.revision + 1,
    corrects: before?.issued.number ?? null,
    issuedAt: new Date(deps.clock.now()).toISOString(),
    issuedBy: actor,
    why,
    periodState,
    basis: facts.basis,
    deliveries: facts.deliveries,
    rulesVersion: facts.rulesVersion,
    totals,
    difference: before === null ? [] : computeDifference(totals, before.issued.totals),
  };
  return insertStatement(sql, record, facts, (issued) => ({
    html: buildStatementPage(facts, issued),
    csv: buildStatementCsv(facts, issued),
  }));
}

/** `after - before` by currency, exact. */
function computeDifference(after: readonly StatementAmount[], before: readonly StatementAmount[]): StatementAmount[] {
  const negative = (amount: string) => decimalString(decimal(amount).negated());
  return sumByCurrency([
    ...after.map(amountToPair),
    ...before.map(({ currency, billedCost, effectiveCost }) => ({
      currency,
      billed: negative(billedCost),
      effective: negative(effectiveCost),
    })),
  ]);
}
