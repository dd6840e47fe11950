import { type Subject, subjectFields } from '../../../org/schema.ts';
import { quoteLiteral } from '../../../platform/lake/index.ts';
import { buildMatchConditions, buildRuleCondition } from './conditions.ts';
import { createRowTexts, type RowTexts } from './row-texts.ts';
import { listPoolIndexes, type RuleSet } from './rule-set.ts';
import type { AllocationRule, Match } from './schema.ts';

export type SubjectField = keyof Subject;

/** Bill rows with `rule_index`: the index of the first matching rule, null where none matches. */
export interface Classification {
  /** Columns outside FOCUS that the bill relation must include. */
  readonly others: readonly string[];
  /** A FROM item over a bill relation: its columns, the texts that rules match, and `rule_index`. */
  from(bill: string): string;
  /**
   * SQL text of the value that a direct rule assigns to a subject field; null for pools and for rows without a matching
   * rule.
   */
  subject(field: SubjectField): string;
  /** SQL text of the name of the rule. */
  readonly ruleName: string;
  /** SQL condition: the row does not belong to a pool. */
  readonly isDirect: string;
  /**
   * A FROM item like `from`, with only the bill's columns and the given SELECT items, so that it can be classified
   * again.
   */
  besides(bill: string, items: string): string;
  /** SQL condition of an additional match over the same rows, such as the basis of a split. */
  condition(match: Match, rule: string): string;
}

/**
 * Always 0, and volatile, so that a filter on `rule_index` applies to its computed value. Without it, the engine pushes
 * the filter down and computes all conditions and texts a second time (twice the total time).
 */
const BARRIER = '(random() < 0)::INTEGER';

/** Compiles a rule set to SQL. Errors: `dimension_unknown`, `manifest_invalid`. */
export function compileClassification(rules: RuleSet): Classification {
  const texts = createRowTexts(rules.normalise);
  const conditions = rules.rules.map((rule) => buildRuleCondition(rule, texts));
  const fields = new Map(subjectFields.map((field) => [field, buildFieldSql(field, rules.rules, texts)]));
  // Requested here, so that the texts of bases are among the columns from the start.
  for (const { split, name } of rules.rules) {
    if (split?.method === 'proportional' && split.of !== undefined) buildMatchConditions(split.of, texts, name);
  }
  const which = buildCaseSql(
    conditions.map((condition, index) => `WHEN ${condition} THEN ${index}`),
    'INTEGER',
  );
  const pools = listPoolIndexes(rules);
  const from = (bill: string): string => {
    const columns = texts.columns();
    const source = columns.length === 0 ? bill : `(SELECT *, ${columns.join(', ')} FROM ${bill})`;
    return `(SELECT *, ${which} + ${BARRIER} AS rule_index FROM ${source})`;
  };
  return {
    others: texts.others(),
    from,
    besides(bill, items) {
      const own = ['rule_index', ...texts.columns().map((_, index) => `m${index}`)];
      return `(SELECT * EXCLUDE (${own.join(', ')}), ${items} FROM ${from(bill)})`;
    },
    subject: (field) => fields.get(field) ?? 'NULL::VARCHAR',
    ruleName: buildRuleNameSql(rules),
    isDirect: pools.length === 0 ? 'true' : `coalesce(rule_index NOT IN (${pools.join(', ')}), true)`,
    condition: (match, rule) => buildMatchConditions(match, texts, rule).join(' AND '),
  };
}

/** CASE over `rule_index`. */
export function buildRuleNameSql(rules: RuleSet): string {
  return buildCaseSql(
    rules.rules.map((rule, index) => `WHEN rule_index = ${index} THEN ${quoteLiteral(rule.name)}`),
    'VARCHAR',
  );
}

function buildCaseSql(branches: readonly string[], type: string): string {
  return branches.length === 0 ? `NULL::${type}` : `(CASE ${branches.join(' ')} END)::${type}`;
}

function buildFieldSql(field: SubjectField, rules: readonly AllocationRule[], texts: RowTexts): string {
  const branches = rules.flatMap((rule, index) => {
    const value = rule.subject?.[field];
    return value === undefined
      ? []
      : [`WHEN rule_index = ${index} THEN ${buildAssignedValue(value, texts, rule.name)}`];
  });
  return buildCaseSql(branches, 'VARCHAR');
}

const PLACE = /\{([^{}]+)\}/g;

/** `ml-{tag:team}` -> text with the row's values in lower case; null when the row lacks one of them. */
function buildAssignedValue(template: string, texts: RowTexts, rule: string): string {
  const parts: string[] = [];
  let end = 0;
  for (const place of template.matchAll(PLACE)) {
    if (place.index > end) parts.push(quoteLiteral(template.slice(end, place.index)));
    const columns = texts.of(place[1] ?? '', rule);
    parts.push(columns.length === 1 ? (columns[0] ?? 'NULL') : `coalesce(${columns.join(', ')})`);
    end = place.index + place[0].length;
  }
  if (end < template.length) parts.push(quoteLiteral(template.slice(end)));
  return parts.join(' || ');
}
