import type { z } from 'zod';
import type { Lake } from '../../platform/lake/index.ts';
import { periodOfPartition } from '../allocation/index.ts';
import { type Billing, billRows } from '../billing/index.ts';
import { compareBy } from './amounts.ts';
import { allFacts, basisOf, billTotals, reportedBill } from './month.ts';
import type { listStatements, StatementAmount, TeamTotals } from './schema.ts';
import { findStand, rejectedOf, type StandDeps, type StandQuestion } from './stand.ts';
import { type LatestStatement, latestStatements } from './store.ts';

export interface OverviewDeps extends StandDeps {
  readonly billing: StandDeps['billing'] & Pick<Billing, 'periodState'>;
}

/** One line per statement of a month, with the bill that they add up to. Errors: those of `findStand`. */
export async function overviewOf(
  deps: OverviewDeps,
  question: StandQuestion,
): Promise<z.infer<typeof listStatements.response>> {
  const stand = await findStand(deps, question);
  const facts = await allFacts(deps, stand, { gone: true });
  const bill = await billTotals(deps, stand.current);
  const previous = stand.previous === null ? null : (await billTotals(deps, stand.previous)).totals;
  const latest = await latestStatements(deps.store, stand.period);
  return {
    period: stand.period,
    previousPeriod: stand.previousPeriod,
    periodState: await deps.billing.periodState(deps.store, stand.period),
    ...basisOf(stand),
    statements: facts.map(({ team, totals, reporting }) => ({
      team,
      totals,
      reporting: reporting && { billedCost: reporting.billedCost, effectiveCost: reporting.effectiveCost },
      issued: issuedOf(
        latest.find(({ issued }) => issued.team === team),
        totals,
      ),
    })),
    bill: compareBy(bill.totals, previous, () => '').map(({ amount }) => amount),
    reporting: await reportedBill(deps, stand),
    periods: await periodsOf(deps, deps.lake),
    leftOut: {
      rejectedRows: await rejectedOf(deps.store, deps, stand.current),
      rowsWithoutBilledCost: bill.withoutBilled,
      rowsWithoutEffectiveCost: bill.withoutEffective,
    },
  };
}

function issuedOf(latest: LatestStatement | undefined, totals: readonly StatementAmount[]): TeamTotals['issued'] {
  if (latest === undefined) return null;
  const { number, revision } = latest.issued;
  return { number, revision, isCurrent: sameAmounts(latest.issued.totals, totals) };
}

function sameAmounts(one: readonly StatementAmount[], other: readonly StatementAmount[]): boolean {
  const text = (amounts: readonly StatementAmount[]) =>
    amounts
      .filter(({ billedCost, effectiveCost }) => billedCost !== '0' || effectiveCost !== '0')
      .map(({ currency, billedCost, effectiveCost }) => [currency, billedCost, effectiveCost].join(' '))
      .toSorted()
      .join();
  return text(one) === text(other);
}

async function periodsOf({ store }: StandDeps, lake: Lake): Promise<string[]> {
  return [...new Set((await lake.partitions(store, billRows)).map(periodOfPartition))].toSorted();
}
