import { subjectFields } from '../../../org/schema.ts';
import { identifier, type LakeRow, type LakeSession } from '../../../platform/lake/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { billRows } from '../../billing/index.ts';
import { type DerivationDeps, type PeriodBill, settlePools } from '../derive-period.ts';
import { DIRECT_KIND, directRows } from '../period-tables.ts';
import { type Classification, classificationOf } from '../rules/classify.ts';
import { poolIndexes, type RuleSet } from '../rules/rule-set.ts';
import { sharedRows } from '../shares/apply-shares.ts';

/** What one side of a comparison gives to a holder, of the rows that both sides treat alike. */
export interface Held {
  readonly currency: string;
  /** Rows with the same cell are treated alike by both rule sets. */
  readonly cell: string;
  readonly ruleIndex: number | null;
  /** [kind, ...subject fields] as JSON. */
  readonly holder: string;
  readonly amount: string;
}

const fields = subjectFields.map(identifier).join(', ');

/** SQL text of how a rule set treats a row: its rule, and of a direct rule whom it names. */
function treatment(classification: Classification): string {
  const subject = subjectFields.map((field) => classification.subject(field)).join(', ');
  return `to_json([rule_index::VARCHAR, ${subject}])::VARCHAR`;
}

/**
 * What `mine` gives to whom, of each cell of rows that `mine` and `other` treat alike. `mineFirst` puts the cell's two
 * halves in one order for both sides, so that cells of the two sides meet.
 */
export async function heldBy(
  deps: DerivationDeps,
  session: LakeSession,
  sql: Sql,
  period: Omit<PeriodBill, 'rules'>,
  sides: { readonly mine: RuleSet; readonly other: RuleSet; readonly mineFirst: boolean; readonly cost: string },
): Promise<Held[]> {
  const { mine, other, mineFirst, cost } = sides;
  const classification = classificationOf(mine);
  const theirs = classificationOf(other);
  const bill = theirs.besides(deps.lake.stagedRelation(billRows, period.files), `${treatment(theirs)} AS other_cell`);
  const cellSql = mineFirst ? `my_cell || ' ' || other_cell` : `other_cell || ' ' || my_cell`;
  const items = `BillingCurrency AS currency, ${treatment(classification)} AS my_cell, other_cell, ${cost} AS amount`;
  const held = await session.query(`SELECT currency, ${cellSql} AS cell, rule_index, ${DIRECT_KIND} AS kind, ${fields},
      sum(amount)::VARCHAR AS amount
    FROM ${directRows(classification, bill, items)} WHERE amount IS NOT NULL GROUP BY ALL`);
  if (poolIndexes(mine).length === 0) return held.map(heldOf);
  await settlePools(deps, session, sql, { ...period, rules: mine }, classification, { bill, kept: ['other_cell'] });
  const noSubject = subjectFields.map(() => 'NULL').join(', ');
  const shared = `r.currency, to_json([r.rule_index::VARCHAR, ${noSubject}])::VARCHAR AS my_cell, r.other_cell, s.rule_index,
    s.kind, ${subjectFields.map((field) => `s.${identifier(field)}`).join(', ')}`;
  const pooled =
    await session.query(`SELECT currency, ${cellSql} AS cell, rule_index, kind, ${fields}, sum(${cost})::VARCHAR AS amount
    FROM (${sharedRows(mine, poolIndexes(mine), shared)}) WHERE ${cost} IS NOT NULL GROUP BY ALL`);
  return [...held, ...pooled].map(heldOf);
}

function heldOf(row: LakeRow): Held {
  return {
    currency: String(row.currency),
    cell: String(row.cell),
    ruleIndex: row.rule_index === null ? null : Number(row.rule_index),
    holder: JSON.stringify([row.kind, ...subjectFields.map((field) => row[field] ?? null)]),
    amount: String(row.amount),
  };
}
