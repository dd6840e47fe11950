import { BudgetName, BudgetSpec } from '../../../src/finops/budgets/schema.ts';

/** Subject fields in the budget form, in their order. */
export const SUBJECT_FIELDS = ['team', 'project', 'pipeline', 'experiment', 'run', 'model', 'environment'] as const;
type SubjectField = (typeof SUBJECT_FIELDS)[number];

/** Input of the form as typed text; '' is an empty field. */
export type BudgetDraft = Readonly<
  Record<'name' | 'amount' | 'currency' | 'timeZone' | 'parent' | 'warnAt' | 'from' | 'until' | SubjectField, string>
> &
  Pick<BudgetSpec, 'every' | 'enforcement' | 'rollOver'>;

export const NEW_BUDGET: BudgetDraft = {
  ...{ name: '', amount: '', currency: 'USD', timeZone: 'UTC', parent: '', warnAt: '80, 100', from: '', until: '' },
  ...{ team: '', project: '', pipeline: '', experiment: '', run: '', model: '', environment: '' },
  ...{ every: 'month', enforcement: 'soft', rollOver: 'none' },
};

/** The form input of an existing budget. */
export function toDraft(name: string, spec: BudgetSpec): BudgetDraft {
  const { amount, currency, timeZone, parent = '', from = '', until = '', every, enforcement, rollOver } = spec;
  const field = (of: SubjectField) => spec.subject[of] ?? '';
  return {
    ...{ name, amount, currency, timeZone, parent, from, until, every, enforcement, rollOver },
    warnAt: spec.warnAt.map((ratio) => percentText(ratio)).join(', '),
    team: field('team'),
    project: field('project'),
    pipeline: field('pipeline'),
    experiment: field('experiment'),
    run: field('run'),
    model: field('model'),
    environment: field('environment'),
  };
}

export type ReadDraft =
  | { readonly name: string; readonly spec: BudgetSpec; readonly problems: null }
  /** Errors by field; '' holds errors that concern several fields together. */
  | { readonly spec: null; readonly problems: ReadonlyMap<string, string> };

/** Parses a draft with the server's own schema. Settings that are not in the form keep their value from `before`. */
export function readDraft(draft: BudgetDraft, before: BudgetSpec | null): ReadDraft {
  const trimmed = (text: string) => (text.trim() === '' ? undefined : text.trim());
  const subject = Object.fromEntries(
    Object.entries({ ...before?.subject, ...Object.fromEntries(SUBJECT_FIELDS.map((of) => [of, trimmed(draft[of])])) }),
  );
  const name = BudgetName.safeParse(draft.name.trim());
  const spec = BudgetSpec.safeParse({
    ...(before ?? {}),
    subject,
    amount: draft.amount.trim(),
    currency: draft.currency.trim(),
    parent: trimmed(draft.parent),
    every: draft.every,
    timeZone: draft.timeZone.trim(),
    from: draft.every === 'once' ? trimmed(draft.from) : undefined,
    until: draft.every === 'once' ? trimmed(draft.until) : undefined,
    enforcement: draft.enforcement,
    rollOver: draft.every === 'once' ? 'none' : draft.rollOver,
    warnAt: parseRatios(draft.warnAt),
  });
  if (name.success && spec.success) return { name: name.data, spec: spec.data, problems: null };
  const problems = new Map<string, string>();
  const note = (field: string, message: string) => {
    if (!problems.has(field)) problems.set(field, message);
  };
  if (!name.success) note('name', 'small letters, digits and dashes, at most 63');
  for (const { path, message } of spec.error?.issues ?? []) {
    const [first = '', second] = path;
    note(String(first === 'subject' && second !== undefined ? second : first), message);
  }
  return { spec: null, problems };
}

/** `80, 100` -> [0.8, 1]. Text that is not a number becomes NaN, so that the schema rejects it. */
function parseRatios(text: string): number[] {
  const words = text.split(/[,;\s%]+/).filter((word) => word !== '');
  return words.map((word) => Number((Number(word) / 100).toFixed(6)));
}

function percentText(ratio: number): string {
  return String(Number((ratio * 100).toFixed(4)));
}

/** The changed settings, one text each: `amount: 200 to 300`. Unchanged settings are left out. */
export function listChanges(before: BudgetSpec, after: BudgetSpec): string[] {
  const formatField = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value ?? 'none'));
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => {
    const [old, now] = [Reflect.get(before, key), Reflect.get(after, key)].map(formatField);
    return old === now ? [] : [`${WORDS[key] ?? key}: ${old} to ${now}`];
  });
}

const WORDS: Readonly<Record<string, string>> = {
  rollOver: 'unused budget',
  warnAt: 'alert threshold',
  timeZone: 'time zone',
  enforcement: 'at the limit',
};

/** The document in the form of `steelyard apply`; JSON is YAML. */
export function documentText(name: string, spec: BudgetSpec): string {
  return JSON.stringify({ apiVersion: 'steelyard/v1', kind: 'Budget', metadata: { name }, spec });
}
