import { AllocationRulesSpec } from '../../../src/finops/allocation/schema.ts';
import { Name } from '../../../src/org/schema.ts';
import { type DocumentKind, getIn, type Path, setInDocument } from '../document-form/document.ts';

/** Allocation rules as documents with a form. */
export const rulesKind: DocumentKind<AllocationRulesSpec> = {
  kind: 'AllocationRules',
  name: Name,
  spec: AllocationRulesSpec,
  formPaths: ['rules'],
};

type Values = Readonly<Record<string, unknown>>;

/** A condition of a rule: a dimension has one of some values. */
export interface FormCondition {
  readonly dimension: string;
  /** Values with commas between them; null where the form cannot show the condition. */
  readonly values: string | null;
}

/** A rule as the form shows it. */
export interface FormRule {
  readonly name: string;
  readonly conditions: readonly FormCondition[];
  /** Receiver of the cost; null for a rule that splits the cost, or leaves it unallocated. */
  readonly receiver: { readonly team: string; readonly project: string } | null;
  /** Parts of the rule that the form keeps and does not show: `split`, `subject.environment`. */
  readonly hidden: readonly string[];
}

/** The rules of a document in their order. */
export function listFormRules(values: Values | null): FormRule[] {
  const rules = getIn(values, ['rules']);
  return Array.isArray(rules) ? rules.map((rule: unknown) => toFormRule(toRecord(rule))) : [];
}

const SHOWN = new Set(['name', 'match', 'subject']);
const RECEIVER = new Set(['team', 'project']);

function toFormRule(rule: Values): FormRule {
  const subject = toRecord(rule.subject);
  return {
    name: toText(rule.name),
    conditions: Object.entries(toRecord(rule.match)).map(([dimension, value]) => ({
      dimension,
      values: toValues(value),
    })),
    receiver: rule.subject === undefined ? null : { team: toText(subject.team), project: toText(subject.project) },
    hidden: [
      ...Object.keys(rule).filter((key) => !SHOWN.has(key)),
      ...Object.keys(subject)
        .filter((key) => !RECEIVER.has(key))
        .map((key) => `subject.${key}`),
    ],
  };
}

function toValues(value: unknown): string | null {
  if (typeof value === 'string') return value.includes(',') ? null : value;
  const isList = Array.isArray(value) && value.every((one) => typeof one === 'string' && !one.includes(','));
  return isList ? value.join(', ') : null;
}

function toRecord(value: unknown): Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {};
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The document with one field of a rule changed; '' removes a field of the receiver. */
export function setRuleField(text: string, index: number, path: Path, value: string): string {
  const isRemoved = value === '' && path[0] === 'subject';
  return setInDocument(text, ['spec', 'rules', index, ...path], isRemoved ? undefined : value);
}

/** The document with one condition of a rule replaced; the others stay in their order. */
export function setCondition(
  text: string,
  index: number,
  before: string,
  condition: FormCondition,
  values: Values | null,
): string {
  const match = toRecord(getIn(values, ['rules', index, 'match']));
  const entries = Object.entries(match).map(([dimension, value]): [string, unknown] =>
    dimension === before ? [condition.dimension, parseValues(condition.values, value)] : [dimension, value],
  );
  return setInDocument(text, ['spec', 'rules', index, 'match'], Object.fromEntries(entries));
}

/** `a, b` -> ["a", "b"]; one value stays a text. A comma that was just typed is kept as an empty last value. */
function parseValues(values: string | null, before: unknown): unknown {
  if (values === null) return before;
  const words = values.split(',').map((word) => word.trimStart());
  return words.length === 1 ? words[0] : words;
}

/** The document without a rule. */
export function removeRule(text: string, index: number): string {
  return setInDocument(text, ['spec', 'rules', index], undefined);
}

/** The document with a rule one place earlier. The first rule stays. */
export function moveRuleUp(text: string, index: number, values: Values | null): string {
  const rules = getIn(values, ['rules']);
  if (!Array.isArray(rules) || index < 1 || index >= rules.length) return text;
  const above = setInDocument(text, ['spec', 'rules', index], rules[index - 1]);
  return setInDocument(above, ['spec', 'rules', index - 1], rules[index]);
}
