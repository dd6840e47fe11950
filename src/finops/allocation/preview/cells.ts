import { subjectFields } from '../../../org/schema.ts';
import { identifier, type LakeRow, type LakeSession } from '../../../platform/lake/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { billRows } from '../../billing/index.ts';
import { type DerivationDeps, type PeriodBill, settlePools } from '../derive-period.ts';
import { DIRECT_KIND, directRows } from '../period-tables.ts';
import { type Classification, classificationOf } from '../rules/classify.ts';
import { poolIndexes, type RuleSet } from '../rules/rule-set.ts';
import { sharedRows } from '../shares/apply-shares.ts';

/** Cost that one rule set assigns to a holder, over the rows that both rule sets treat alike. */
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

/** Result of the other rule set for a row: its rule, and for a direct rule its subject. */
const otherColumns = ['other_rule', ...subjectFields.map((field) => `other_${field}`)];
const otherList = otherColumns.map(identifier).join(', ');

function otherItems(theirs: Classification): string {
  const subject = subjectFields.map((field) => `${theirs.subject(field)} AS ${identifier(`other_${field}`)}`);
  return [`rule_index AS other_rule`, ...subject].join(', ');
}

/** SQL text of a treatment; built from sums instead of rows, because text is slow. */
const cellOf = (rule: string, subject: string) => `to_json([${rule}::VARCHAR, ${subject}])::VARCHAR`;
const otherCell = cellOf('other_rule', subjectFields.map((field) => identifier(`other_${field}`)).join(', '));

/**
 * Cost that `mine` assigns to each holder, by cell: a set of rows that `mine` and `other` both treat alike. `mineFirst`
 * orders the two halves of the cell key the same way for both sides, so that equal cells match.
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
  const others = [...classification.others, ...theirs.others];
  const bill = theirs.besides(deps.lake.stagedRelation(billRows, period.files, others), otherItems(theirs));
  const cell = (own: string) => (mineFirst ? `${own} || ' ' || ${otherCell}` : `${otherCell} || ' ' || ${own}`);
  const items = `BillingCurrency AS currency, ${otherList}, ${cost} AS amount`;
  const direct = await session.query(`SELECT currency, ${cell(cellOf('rule_index', fields))} AS cell, rule_index,
      ${DIRECT_KIND} AS kind, ${fields}, amount::VARCHAR AS amount
    FROM (SELECT currency, rule_index, ${fields}, ${otherList}, sum(amount) AS amount
      FROM ${directRows(classification, bill, items)} WHERE amount IS NOT NULL GROUP BY ALL)`);
  const pools = poolIndexes(mine);
  if (pools.length === 0) return direct.map(heldOf);
  await settlePools(deps, session, sql, { ...period, rules: mine }, classification, { bill, kept: otherColumns });
  const ofShare = subjectFields.map((field) => `s.${identifier(field)}`).join(', ');
  const shared = `r.currency, s.rule_index, s.kind, ${ofShare}, ${otherColumns.map((column) => `r.${identifier(column)}`).join(', ')}`;
  const nobody = subjectFields.map(() => 'NULL').join(', ');
  const pooled =
    await session.query(`SELECT currency, ${cell(cellOf('rule_index', nobody))} AS cell, rule_index, kind, ${fields},
      amount::VARCHAR AS amount
    FROM (SELECT currency, rule_index, kind, ${fields}, ${otherList}, sum(${cost}) AS amount
      FROM (${sharedRows(mine, pools, shared)}) WHERE ${cost} IS NOT NULL GROUP BY ALL)`);
  return [...direct, ...pooled].map(heldOf);
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
