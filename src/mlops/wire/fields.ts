import { checkJson } from '../../platform/json/index.ts';
import { replaceUnkept } from '../../platform/units/index.ts';
import { readDouble } from './doubles.ts';
import { buildInvalidParameter, type MlflowError } from './errors.ts';
import { formatPythonJson, namePythonType, parseAsWritten, quoteSpecialDoubles } from './python-json.ts';

const SEE_DOCS = 'See the API docs for more information about request parameters.';

/**
 * The fields of one request message, read by proto2-JSON's rules: null counts as unset, numbers may come as text, unknown
 * fields are ignored. Each reader refuses a value of the wrong type with MLflow's own text.
 */
export interface Fields {
  has(name: string): boolean;
  text(name: string): string | undefined;
  /** Missing, null and "" are all missing, as they are to MLflow. `aliases` are older names of the same field. */
  requiredText(name: string, ...aliases: readonly string[]): string;
  integer(name: string): number | undefined;
  requiredInteger(name: string): number;
  requiredDouble(name: string): number;
  flag(name: string): boolean | undefined;
  /** A repeated string; empty when unset. */
  texts(name: string): string[];
  /** A repeated message; empty when unset. */
  messages(name: string): Fields[];
  /** A repeated message that must be there, if only empty. */
  requiredMessages(name: string): Fields[];
  message(name: string): Fields | undefined;
  /**
   * The value as JSON, for messages that are read whole (maps, values of any type); undefined when unset. Characters that no store
   * keeps are U+FFFD in it.
   */
  json(name: string): unknown;
  /** An enum by its name or number; `names[0]` is number `first`. */
  choice<Name extends string>(name: string, names: readonly Name[], first?: number): Name | undefined;
  /** The refusal of this field's value, with the value as it was written. */
  invalid(name: string, why?: string): MlflowError;
}

const LONGEST_REPARSED = 256 * 1024;

interface Source {
  readonly values: Readonly<Record<string, unknown>>;
  /** Path of these values in the body: `metrics`, 0. */
  readonly place: readonly (string | number)[];
  /** JSON text of the body; null for a query string. */
  readonly body: string | null;
}

export function parseBodyFields(body: string): Fields {
  return createFields({ values: parseBody(body), place: [], body });
}

export function parseQueryFields(query: Readonly<Record<string, unknown>>): Fields {
  return createFields({ values: query, place: [], body: null });
}

function parseBody(body: string): Record<string, unknown> {
  if (body.trim() === '') return {};
  const value = parseJson(body);
  // Old clients post their JSON as a JSON string.
  const message = typeof value === 'string' ? parseInner(value) : value;
  if (message === null) return {};
  if (!isMessage(message)) throw buildInvalidParameter('The request body must be a JSON object.');
  return message;
}

function parseInner(text: string): unknown {
  checkJson(Buffer.from(text));
  return parseJson(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parsePythonJson(text);
  }
}

/** Python's `json` writes bare `NaN` and `Infinity`, which no other JSON has. */
function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(quoteSpecialDoubles(text));
  } catch {
    throw buildInvalidParameter('The request body is not valid JSON.');
  }
}

function isMessage(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function createFields(source: Source): Fields {
  const get = (name: string): unknown => {
    const value = readWireValue(source, name);
    return value === null ? undefined : value;
  };
  const invalid = (name: string, why?: string) => buildInvalidValue(source, name, why);
  const required = <T>(name: string, value: T | undefined): T => {
    if (value === undefined || value === '') throw buildMissingValue(source, name);
    return value;
  };
  const optional = <T>(name: string, read: (value: unknown) => T | null): T | undefined => {
    const value = get(name);
    if (value === undefined) return undefined;
    const result = read(value);
    if (result === null) throw invalid(name);
    return result;
  };
  const numeric = <T>(name: string, read: (value: unknown) => T | null): T => {
    if (get(name) === '') throw buildMissingValue(source, name);
    return required(name, optional(name, read));
  };
  return {
    has: (name) => get(name) !== undefined,
    text: (name) => optional(name, readText),
    requiredText: (name, ...aliases) => {
      const present = [name, ...aliases].find((candidate) => get(candidate) !== undefined);
      return required(name, optional(present ?? name, readText));
    },
    integer: (name) => optional(name, readInteger),
    requiredInteger: (name) => numeric(name, readInteger),
    requiredDouble: (name) => numeric(name, readDouble),
    flag: (name) => optional(name, source.body === null ? readQueryFlag : readFlag),
    texts: (name) => optional(name, (value) => readTexts(value, source.body === null)) ?? [],
    messages: (name) => readMessages(source, name, optional(name, readList)),
    requiredMessages: (name) => readMessages(source, name, required(name, optional(name, readList))),
    message: (name) => {
      const value = optional(name, (found) => (isMessage(found) ? found : null));
      return value === undefined
        ? undefined
        : createFields({ ...source, values: value, place: [...source.place, name] });
    },
    json: (name) => replaceUnkept(get(name)),
    choice: (name, names, first = 1) => optional(name, (value) => readChoice(value, names, first)),
    invalid,
  };
}

/** proto-JSON takes a field's camelCase name as well; queries have only the other. */
function readWireValue({ values, body }: Source, name: string): unknown {
  if (Object.hasOwn(values, name)) return values[name];
  if (body === null || !name.includes('_')) return undefined;
  const camel = name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.hasOwn(values, camel) ? values[camel] : undefined;
}

/** NUL and half of a surrogate pair are refused: one of the stores cannot hold them in a text. */
function readText(value: unknown): string | null {
  return typeof value === 'string' && !value.includes('\0') && value.isWellFormed() ? value : null;
}

function readList(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

function readInteger(value: unknown): number | null {
  const number = typeof value === 'string' && /^[-+]?\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null;
}

function readFlag(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

/** Python's clients write `True` into query strings. */
function readQueryFlag(value: unknown): boolean | null {
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  return text === 'true' ? true : text === 'false' ? false : null;
}

/** Maximum of one repeated field: more than any call of the protocol needs, and less than the parameters of a statement. */
const MOST_ITEMS = 10_000;

function buildTooManyItems(): MlflowError {
  return buildInvalidParameter(`A repeated field can have at most ${MOST_ITEMS} values. Send several requests.`);
}

function readTexts(value: unknown, fromQuery: boolean): string[] | null {
  const items: readonly unknown[] =
    fromQuery && typeof value === 'string' ? [value] : Array.isArray(value) ? value : [0];
  if (items.length > MOST_ITEMS) throw buildTooManyItems();
  const texts = items.map(readText).filter((text) => text !== null);
  return texts.length === items.length ? texts : null;
}

function readMessages(source: Source, name: string, items: readonly unknown[] = []): Fields[] {
  if (items.length > MOST_ITEMS) throw buildTooManyItems();
  return items.map((item, index) => {
    if (!isMessage(item)) throw buildInvalidValue(source, name);
    return createFields({ ...source, values: item, place: [...source.place, name, index] });
  });
}

function readChoice<Name extends string>(value: unknown, names: readonly Name[], first: number): Name | null {
  const number = readInteger(value);
  if (number !== null) return names[number - first] ?? null;
  return names.find((name) => name === value) ?? null;
}

function buildPath(source: Source, name: string): string {
  return [...source.place, name].reduce<string>((path, step) => {
    if (typeof step === 'number') return `${path}[${step}]`;
    return path === '' ? step : `${path}.${step}`;
  }, '');
}

function buildMissingValue(source: Source, name: string): MlflowError {
  return buildInvalidParameter(`Missing value for required parameter '${buildPath(source, name)}'. ${SEE_DOCS}`);
}

function buildInvalidValue(source: Source, name: string, why?: string): MlflowError {
  const value = readAsWritten(source, name);
  const hint = why ?? ` Hint: Value was of type '${namePythonType(value)}'. ${SEE_DOCS}`;
  return buildInvalidParameter(
    `Invalid value ${formatPythonJson(value)} for parameter '${buildPath(source, name)}' supplied: ${hint}`,
  );
}

function readAsWritten(source: Source, name: string): unknown {
  if (source.body === null) return source.values[name];
  // Parsing a large body once more would cost more than the text of a number is worth.
  if (source.body.length > LONGEST_REPARSED) return source.values[name];
  const whole = parseAsWritten(quoteSpecialDoubles(source.body));
  let value: unknown = typeof whole === 'string' ? parseAsWritten(whole) : whole;
  for (const step of [...source.place, name]) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
  }
  return value;
}
