import { subjectFields } from '../../../org/schema.ts';
import { type LakeRow, type LakeSession, quoteIdentifier } from '../../../platform/lake/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { billRows } from '../../billing/index.ts';
import { type DerivationDeps, type PeriodBill, settlePools } from '../derive-period.ts';
import { buildDirectRows, DIRECT_KIND } from '../period-tables.ts';
import { type Classification, compileClassification } from '../rules/classify.ts';
import { listPoolIndexes, type RuleSet } from '../rules/rule-set.ts';
import { buildSharedRows } from '../shares/apply-shares.ts';

/** Cost that one rule set assigns to a holder, over the rows that both rule sets treat alike. */
export interface HolderCost {
  readonly currency: string;
  /** Rows with the same cell are treated alike by both rule sets. */
  readonly cell: string;
  readonly ruleIndex: number | null;
  /** [kind, ...subject fields] as JSON. */
  readonly holder: string;
  readonly amount: string;
}

const fields = subjectFields.map(quoteIdentifier).join(', ');

/** Result of the other rule set for a row: its rule, and for a direct rule its subject. */
const otherColumns = ['other_rule', ...subjectFields.map((field) => `other_${field}`)];
const otherList = otherColumns.map(quoteIdentifier).join(', ');

function buildOtherItems(theirs: Classification): string {
  const subject = subjectFields.map((field) => `${theirs.subject(field)} AS ${quoteIdentifier(`other_${field}`)}`);
  return [`rule_index AS other_rule`, ...subject].join(', ');
}

/** SQL text of a treatment; built from sums instead of rows, because text is slow. */
const buildCellSql = (rule: string, subject: string) => `to_json([${rule}::VARCHAR, ${subject}])::VARCHAR`;
const otherCell = buildCellSql(
  'other_rule',
  subjectFields.map((field) => quoteIdentifier(`other_${field}`)).join(', '),
);

/**
 * Cost that `mine` assigns to each holder, by cell: a set of rows that `mine` and `other` both treat alike. `mineFirst`
 * orders the two halves of the cell key the same way for both sides, so that equal cells match.
 */
export async function readHeldCost(
  deps: DerivationDeps,
  session: LakeSession,
  sql: Sql,
  period: Omit<PeriodBill, 'rules'>,
  sides: { readonly mine: RuleSet; readonly other: RuleSet; readonly mineFirst: boolean; readonly cost: string },
): Promise<HolderCost[]> {
  const { mine, other, mineFirst, cost } = sides;
  const classification = compileClassification(mine);
  const theirs = compileClassification(other);
  const others = [...classification.others, ...theirs.others];
  const bill = theirs.besides(deps.lake.stagedRelation(billRows, period.files, others), buildOtherItems(theirs));
  const cell = (own: string) => (mineFirst ? `${own} || ' ' || ${otherCell}` : `${otherCell} || ' ' || ${own}`);
  const items = `BillingCurrency AS currency, ${otherList}, ${cost} AS amount`;
  const direct = await session.query(`SELECT currency, ${cell(buildCellSql('rule_index', fields))} AS cell, rule_index,
      ${DIRECT_KIND} AS kind, ${fields}, amount::VARCHAR AS amount
    FROM (SELECT currency, rule_index, ${fields}, ${otherList}, sum(amount) AS amount
      FROM ${buildDirectRows(classification, bill, items)} WHERE amount IS NOT NULL GROUP BY ALL)`);
  const pools = listPoolIndexes(mine);
  if (pools.length === 0) return direct.map(parseHeldCost);
  await settlePools(deps, session, sql, { ...period, rules: mine }, classification, { bill, kept: otherColumns });
  const ofShare = subjectFields.map((field) => `s.${quoteIdentifier(field)}`).join(', ');
  const shared = `r.currency, s.rule_index, s.kind, ${ofShare}, ${otherColumns.map((column) => `r.${quoteIdentifier(column)}`).join(', ')}`;
  const noSubject = subjectFields.map(() => 'NULL').join(', ');
  const pooled =
    await session.query(`SELECT currency, ${cell(buildCellSql('rule_index', noSubject))} AS cell, rule_index, kind, ${fields},
      amount::VARCHAR AS amount
    FROM (SELECT currency, rule_index, kind, ${fields}, ${otherList}, sum(${cost}) AS amount
      FROM (${buildSharedRows(mine, pools, shared)}) WHERE ${cost} IS NOT NULL GROUP BY ALL)`);
  return [...direct, ...pooled].map(parseHeldCost);
}

function parseHeldCost(row: LakeRow): HolderCost {
  return {
    currency: String(row.currency),
    cell: String(row.cell),
    ruleIndex: row.rule_index === null ? null : Number(row.rule_index),
    holder: JSON.stringify([row.kind, ...subjectFields.map((field) => row[field] ?? null)]),
    amount: String(row.amount),
  };
}
