import { type Subject, subjectFields } from '../../../org/schema.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { quoteLiteral } from '../../../platform/lake/index.ts';
import type { RowTexts } from './row-texts.ts';
import { createRowTexts } from './row-texts.ts';
import { listPoolIndexes, type RuleSet } from './rule-set.ts';
import type { AllocationRule, ChargeTime, Match } from './schema.ts';

const CHARGE_TIME = 'chargePeriod';

/** SQL condition of a rule over a bill row with its texts: its match and its effective period. */
function buildRuleCondition(rule: AllocationRule, texts: RowTexts): string {
  const effective = { from: rule.effectiveFrom, to: rule.effectiveTo };
  return [...buildMatchConditions(rule.match, texts, rule.name), ...buildChargeTimeConditions(effective)].join(' AND ');
}

/** SQL conditions of a match, all of which must hold. Errors: `dimension_unknown`, `manifest_invalid`. */
function buildMatchConditions(match: Match, texts: RowTexts, rule: string): string[] {
  return Object.entries(match).flatMap(([dimension, wanted]) => {
    if (dimension === CHARGE_TIME || isChargeTime(wanted)) return buildTimeCondition(dimension, wanted, rule);
    const columns = texts.of(dimension, rule);
    if (wanted === null) return columns.map((column) => `${column} IS NULL`);
    const values = Array.isArray(wanted) ? wanted : [wanted];
    return [`(${columns.flatMap((column) => buildAnyCondition(column, values.map(texts.folded))).join(' OR ')})`];
  });
}

function isChargeTime(wanted: Match[string]): wanted is ChargeTime {
  return wanted !== null && typeof wanted === 'object' && !Array.isArray(wanted);
}

function buildTimeCondition(dimension: string, wanted: Match[string], rule: string): string[] {
  if (dimension === CHARGE_TIME && isChargeTime(wanted)) return buildChargeTimeConditions(wanted);
  const detail = `Rule "${rule}": a time is matched as chargePeriod: {from: …, to: …}, and only chargePeriod is.`;
  throw new AppError('manifest_invalid', detail, { rule, dimension });
}

/** `ChargePeriodStart` within [from, to). */
function buildChargeTimeConditions({ from, to }: { from?: string | undefined; to?: string | undefined }): string[] {
  const instant = (text: string) => `TIMESTAMP ${quoteLiteral(text.replace('T', ' ').replace('Z', ''))}`;
  return [
    ...(from === undefined ? [] : [`ChargePeriodStart >= ${instant(from)}`]),
    ...(to === undefined ? [] : [`ChargePeriodStart < ${instant(to)}`]),
  ];
}

function buildAnyCondition(column: string, folded: readonly string[]): string[] {
  const exact = folded.filter((value) => !value.includes('*')).map((value) => quoteLiteral(value));
  const patterns = folded.filter((value) => value.includes('*'));
  return [
    ...(exact.length === 0 ? [] : [`${column} IN (${exact.join(', ')})`]),
    ...patterns.map((value) => `${column} LIKE ${quoteLiteral(buildLikePattern(value))} ESCAPE '\\'`),
  ];
}

function buildLikePattern(value: string): string {
  return value.replaceAll(/[\\%_]/g, (special) => `\\${special}`).replaceAll('*', '%');
}

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
