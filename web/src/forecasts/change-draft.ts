import { NewForecastChange } from '../../../src/finops/forecasts/schema.ts';

/** Form input for a known change. */
export interface ChangeDraft {
  readonly what: string;
  readonly from: string;
  readonly until: string;
  /** An amount a day, or a factor. */
  readonly by: 'amount' | 'factor';
  readonly dailyAmount: string;
  readonly factor: string;
  readonly currency: string;
  readonly of: 'everything' | 'team' | 'project' | 'model' | 'endpoint' | 'serviceName';
  readonly name: string;
}

export type Checked =
  | { readonly change: NewForecastChange; readonly problems: Readonly<Record<string, string>> }
  | { readonly change: null; readonly problems: Readonly<Record<string, string>> };

/** Validates the input as the server does; an empty field is missing and shows no error yet. */
export function checkedDraft(draft: ChangeDraft): Checked {
  const subject = draft.of === 'everything' ? {} : toSubject(draft);
  const until = draft.until === '' ? null : draft.until;
  const { what, from, dailyAmount, factor } = draft;
  const how =
    draft.by === 'factor' ? { factor: factor.trim() } : { dailyAmount: dailyAmount.trim(), currency: draft.currency };
  const parsed = NewForecastChange.safeParse({ subject, from, until, what, ...how });
  if (parsed.success) return { change: parsed.data, problems: {} };
  const typed: Readonly<Record<string, string>> = { what, from, dailyAmount, factor, subject: draft.name };
  // The first of several problems of a field is the most specific.
  const problems = parsed.error.issues.toReversed().flatMap(({ path, message }) => {
    const field = String(path[0] ?? 'until');
    return typed[field] === '' ? [] : [[field, message] as const];
  });
  return { change: null, problems: Object.fromEntries(problems) };
}

/** `team/project` of a project names both. */
function toSubject({ of, name }: ChangeDraft): NewForecastChange['subject'] {
  const text = name.trim();
  const cut = text.indexOf('/');
  if (of === 'project' && cut > 0) return { team: text.slice(0, cut), project: text.slice(cut + 1) };
  return { [of]: text };
}
