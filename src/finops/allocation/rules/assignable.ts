import { type Subject, subjectFields } from '../../../org/schema.ts';
import type { SubjectField } from './classify.ts';
import type { RuleSet } from './rule-set.ts';
import type { AllocationRule } from './schema.ts';

/** Whether a rule can assign cost to any value of this field, for example to any team. */
export function assignsField(rules: RuleSet, field: SubjectField): boolean {
  return rules.rules.some((rule) => listAssignedValues(rule, field) !== 'none');
}

/**
 * The first field of a subject whose value no rule can assign, with its value: the cost of such a subject is unknown,
 * not zero. Null when rules can assign every field. A rule that takes values from rows or from usage can assign any
 * value.
 */
export function findUnassignedPart(rules: RuleSet, subject: Subject): { field: SubjectField; value: string } | null {
  for (const field of subjectFields) {
    const value = subject[field];
    if (value === undefined) continue;
    const canAssign = rules.rules.some((rule) => {
      const values = listAssignedValues(rule, field);
      return values === 'any' || (values !== 'none' && values.includes(value.trim().toLowerCase()));
    });
    if (!canAssign) return { field, value };
  }
  return null;
}

/**
 * Values that a rule assigns to a field: `any` where rows or usage supply the value, `none`, or a list in lower case.
 */
function listAssignedValues(rule: AllocationRule, field: SubjectField): 'any' | 'none' | readonly string[] {
  // Workload usage contains complete subjects.
  if (rule.kubernetes !== undefined) return 'any';
  const named = listNamedSubjects(rule);
  if (named === 'any')
    return rule.split !== undefined && 'fields' in rule.split && !rule.split.fields.includes(field) ? 'none' : 'any';
  const values = named.flatMap((subject) => subject[field] ?? []).map((value) => value.trim().toLowerCase());
  if (values.some((value) => value.includes('{'))) return 'any';
  return values.length === 0 ? 'none' : values;
}

/** Subjects that a rule lists explicitly; `any` for a split whose receivers follow from cost or usage. */
function listNamedSubjects({
  subject,
  split,
}: AllocationRule): readonly Partial<Record<SubjectField, string | undefined>>[] | 'any' {
  if (subject !== undefined) return [subject];
  if (split === undefined) return [];
  if (split.method === 'weights') return split.to.map((receiver) => receiver.subject);
  if (split.method === 'fixed')
    return [...split.amounts, ...(split.remainder ?? [])].map((receiver) => receiver.subject);
  return split.to ?? 'any';
}
