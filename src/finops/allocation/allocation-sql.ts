import { type Subject, subjectFields } from '../../org/schema.ts';
import { AppError } from '../../platform/errors/index.ts';
import { identifier, type LakeTable, literal } from '../../platform/lake/index.ts';
import { billDimension } from '../billing/index.ts';
import type { AllocationRule } from './schema.ts';

export type SubjectField = keyof Subject;

export const allocatedCosts = ['BilledCost', 'EffectiveCost', 'ListCost', 'ContractedCost'] as const;

/**
 * The split of billed rows over subjects. `lake_file` and `row_number` name the bill row; the shares of one row add up
 * to it in every cost column, to the last decimal (DESIGN law 1). `rule` is null for what no rule took: unallocated.
 */
export const allocations: LakeTable = {
  name: 'allocation',
  columns: {
    lake_file: 'VARCHAR',
    row_number: 'BIGINT',
    rule: 'VARCHAR',
    ...Object.fromEntries(subjectFields.map((field) => [field, 'VARCHAR'])),
    ...Object.fromEntries(allocatedCosts.map((column) => [column, 'DECIMAL(38,20)'])),
  },
};

/** SELECT of the allocations of a bill relation that has row ids. The first rule that matches takes the whole row. */
export function allocationSelect(relation: string, rules: readonly AllocationRule[]): string {
  const which = caseOf(rules.map((rule, index) => `WHEN ${conditionOf(rule)} THEN ${index}`));
  const fields = subjectFields.map((field) => `${fieldOf(field, rules)} AS ${identifier(field)}`);
  const name = caseOf(rules.map((rule, index) => `WHEN rule_index = ${index} THEN ${literal(rule.name)}`));
  return `SELECT lake_file, file_row_number AS row_number, ${name} AS rule, ${fields.join(', ')}, ${allocatedCosts.join(', ')}
    FROM (SELECT *, ${which} AS rule_index FROM ${relation})`;
}

function caseOf(branches: readonly string[]): string {
  return branches.length === 0 ? 'NULL::VARCHAR' : `CASE ${branches.join(' ')} END`;
}

function fieldOf(field: SubjectField, rules: readonly AllocationRule[]): string {
  const branches = rules.flatMap((rule, index) => {
    const value = rule.subject[field];
    return value === undefined ? [] : [`WHEN rule_index = ${index} THEN ${assignedValue(value)}`];
  });
  return `${caseOf(branches)}::VARCHAR`;
}

function conditionOf(rule: AllocationRule): string {
  const conditions = Object.entries(rule.match).map(([dimension, wanted]) => {
    const expression = knownDimension(dimension, rule.name);
    if (wanted === null) return `${expression} IS NULL`;
    const values = Array.isArray(wanted) ? wanted : [wanted];
    return `(${values.map((value) => matchOf(expression, value)).join(' OR ')})`;
  });
  return conditions.join(' AND ');
}

function matchOf(expression: string, value: string): string {
  const folded = value.trim().toLowerCase();
  if (!folded.includes('*')) return `lower(trim(${expression})) = ${literal(folded)}`;
  const pattern = folded.replaceAll(/[\\%_]/g, (special) => `\\${special}`).replaceAll('*', '%');
  return `lower(trim(${expression})) LIKE ${literal(pattern)} ESCAPE '\\'`;
}

const TEMPLATE = /\{([^{}]+)\}/g;

/** `ml-{tag:team}` -> text with the row's values in lower case; null when the row lacks one of them. */
function assignedValue(template: string): string {
  const parts: string[] = [];
  let end = 0;
  for (const match of template.matchAll(TEMPLATE)) {
    if (match.index > end) parts.push(literal(template.slice(end, match.index)));
    parts.push(`lower(trim(${knownDimension(match[1] ?? '', template)}))`);
    end = match.index + match[0].length;
  }
  if (end < template.length) parts.push(literal(template.slice(end)));
  return parts.join(' || ');
}

function knownDimension(name: string, where: string): string {
  const expression = billDimension(name);
  if (expression !== null) return expression;
  throw new AppError(
    'dimension_unknown',
    `Rule "${where}" names "${name}", which bill rows do not have. Use a FOCUS column in camelCase, tag:KEY or x_COLUMN.`,
    { dimension: name },
  );
}
