import type { z } from 'zod';
import type { Lake } from '../../platform/lake/index.ts';
import { parsePartitionPeriod } from '../allocation/index.ts';
import { type Billing, billRows } from '../billing/index.ts';
import { compareBy } from './amounts.ts';
import { buildBasis, readBillTotals, readReportedBill, readTeamTotals } from './month.ts';
import type { listStatements, StatementAmount, TeamTotals } from './schema.ts';
import { countRejectedRows, findStatementState, type StatementStateDeps, type StateQuestion } from './stand.ts';
import { findLatestStatements, type LatestStatement } from './store.ts';

export interface OverviewDeps extends StatementStateDeps {
  readonly billing: StatementStateDeps['billing'] & Pick<Billing, 'periodState'>;
}

/** One line per statement of a month, with the bill that they add up to. Errors: those of `findStand`. */
export async function readOverview(
  deps: OverviewDeps,
  question: StateQuestion,
): Promise<z.infer<typeof listStatements.response>> {
  const stand = await findStatementState(deps, question);
  const facts = await readTeamTotals(deps, stand);
  const bill = await readBillTotals(deps, stand.current);
  const previous = stand.previous === null ? null : (await readBillTotals(deps, stand.previous)).totals;
  const latest = await findLatestStatements(deps.store, stand.period);
  return {
    period: stand.period,
    previousPeriod: stand.previousPeriod,
    periodState: await deps.billing.periodState(deps.store, stand.period),
    ...buildBasis(stand),
    statements: facts.map(({ team, totals, reporting }) => ({
      team,
      totals,
      reporting: reporting && { billedCost: reporting.billedCost, effectiveCost: reporting.effectiveCost },
      issued: summarizeIssued(
        latest.find(({ issued }) => issued.team === team),
        totals,
      ),
    })),
    bill: compareBy(bill.totals, previous, () => '').map(({ amount }) => amount),
    reporting: await readReportedBill(deps, stand),
    periods: await findBilledPeriods(deps, deps.lake),
    leftOut: {
      rejectedRows: await countRejectedRows(deps.store, deps, stand.current),
      rowsWithoutBilledCost: bill.withoutBilled,
      rowsWithoutEffectiveCost: bill.withoutEffective,
    },
  };
}

function summarizeIssued(
  latest: LatestStatement | undefined,
  totals: readonly StatementAmount[],
): TeamTotals['issued'] {
  if (latest === undefined) return null;
  const { number, revision } = latest.issued;
  return { number, revision, isCurrent: areSameAmounts(latest.issued.totals, totals) };
}

function areSameAmounts(one: readonly StatementAmount[], other: readonly StatementAmount[]): boolean {
  const text = (amounts: readonly StatementAmount[]) =>
    amounts
      .filter(({ billedCost, effectiveCost }) => billedCost !== '0' || effectiveCost !== '0')
      .map(({ currency, billedCost, effectiveCost }) => [currency, billedCost, effectiveCost].join(' '))
      .toSorted()
      .join();
  return text(one) === text(other);
}

async function findBilledPeriods({ store }: StatementStateDeps, lake: Lake): Promise<string[]> {
  return [...new Set((await lake.partitions(store, billRows)).map(parsePartitionPeriod))].toSorted();
}
