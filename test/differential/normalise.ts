import type { Answer, Kept } from './send.ts';

/** Parts that two answers must have in common, normalised. */
export interface Meaning {
  readonly status: number;
  /** MLflow's name of the error; undefined where the answer is none. */
  readonly errorCode: string | undefined;
  readonly body: unknown;
}

/** Fields that only one of the servers knows; each is explained in docs/mlflow-differences.md. */
const LEFT_OUT = new Set(['workspace', 'workspace_id', 'creator_id', 'status_message', 'mlflow.trace.infoFinalized']);

/** A time of this run as text; the corpus itself names only those before 2026. */
const isNow = (value: string) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && Date.parse(value) > 1.767e12;

/** Moments of this century in milliseconds; the corpus itself names only earlier ones. */
const isMoment = (value: number) => value > 1.6e12 && value < 4e12;

/**
 * Removes the parts of an answer that differ between runs: an id becomes its name in the corpus (`$run1`); other ids,
 * times, page tokens and random names become their kind; lists of keys are sorted by key, since the protocol gives them
 * no order.
 */
export function createNormaliser(kept: Kept): (answer: Answer) => Meaning {
  const names = new Map([...kept].reverse().map(([name, id]) => [id, `$${name}`]));
  const idOf = (id: string) => names.get(id) ?? '<id>';
  const experimentOf = (id: string) => (id === '0' ? id : (names.get(id) ?? '<experiment>'));
  const text = (value: string) =>
    value
      .replaceAll(/\b(?:m-)?[0-9a-f]{32}\b/g, idOf)
      .replace(/(?<=^mlflow-artifacts:\/)\d+/, experimentOf)
      .replace(/^[a-z]+-[a-z]+-\d+$/, '<random name>');
  const normal = (value: unknown, name = ''): unknown => {
    if (name === 'next_page_token' || name === 'page_token') return '<token>';
    if (name === 'experiment_id') return experimentOf(String(value));
    if (typeof value === 'string') return isNow(value) ? '<moment>' : text(value);
    if (typeof value === 'number') return isMoment(value) ? '<moment>' : value;
    if (Array.isArray(value)) return sorted(value).map((item) => normal(item));
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.entries(value).filter(([field]) => !LEFT_OUT.has(field));
    return Object.fromEntries(fields.map(([field, item]) => [field, normal(item, field)]));
  };
  return ({ status, body, headers }) => {
    const errorCode = codeOf(body);
    if (status >= 300) return { status, errorCode, body: null };
    // Clients read an answer without a body as an empty message.
    if (body === '') return { status, errorCode, body: {} };
    return { status, errorCode, body: typeof body === 'string' ? { text: body, ...headers } : normal(body) };
  };
}

function codeOf(body: unknown): string | undefined {
  const code = typeof body === 'object' && body !== null ? Reflect.get(body, 'error_code') : undefined;
  return typeof code === 'string' ? code : undefined;
}

function sorted(items: readonly unknown[]): readonly unknown[] {
  if (items.every((item) => typeof item === 'string')) return items;
  const keys = items.map((item) => (typeof item === 'object' && item !== null ? Reflect.get(item, 'key') : undefined));
  if (keys.some((key) => typeof key !== 'string')) return items;
  return items
    .map((item, at) => ({ item, key: String(keys[at]) }))
    .sort(byKey)
    .map(({ item }) => item);
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/** `200`, `404 RESOURCE_DOES_NOT_EXIST`; the status alone where `other` names no error: its words are HTML. */
export function verdictOf({ status, errorCode }: Meaning, other?: Meaning): string {
  const named = other === undefined || other.errorCode !== undefined || other.status < 400;
  return errorCode === undefined || !named ? String(status) : `${status} ${errorCode}`;
}
