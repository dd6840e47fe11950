import { isMap, isPair, isScalar, type Document as YamlDocument } from 'yaml';
import { z } from 'zod';
import { findNearest } from './nearest.ts';

/** One problem of a document, with its place. */
export interface ManifestProblem {
  /** `spec.owner`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
  /** Offset into the text, to be turned into line and column. */
  readonly offset: number;
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Unknown keys of one mapping that are reported: each is compared with the known ones and searched for in the text. */
const MOST_UNKNOWN_KEYS = 100;

/** Schema errors of a document, each as a message with its offset in the text. */
export function toManifestProblems(
  issues: readonly Issue[],
  schema: z.ZodType,
  document: YamlDocument,
): ManifestProblem[] {
  // A mistyped key often also causes a missing one; the typo is reported before its consequence.
  const mistakesFirst = issues.toSorted((one, other) => rank(one) - rank(other));
  return mistakesFirst.flatMap((issue) => {
    const [innermost, path] = unwrapUnion(issue, issue.path);
    if (innermost.code === 'unrecognized_keys') {
      return innermost.keys.slice(0, MOST_UNKNOWN_KEYS).map((key) => describeUnknownKey(key, path, schema, document));
    }
    return [
      { path: formatPath(path), message: describeIssue(innermost, path, document), offset: findOffset(document, path) },
    ];
  });
}

function rank(issue: Issue): number {
  return issue.code === 'unrecognized_keys' ? 0 : 1;
}

/** Of a union's branches the one that the document came furthest with; it is the one that was meant. */
function unwrapUnion(issue: Issue, path: Path): [Issue, Path] {
  if (issue.code !== 'invalid_union') return [issue, path];
  const branches = issue.errors.flatMap(([first]) => (first === undefined ? [] : [first]));
  const [deepest] = branches.toSorted((one, other) => other.path.length - one.path.length);
  if (deepest === undefined || deepest.path.length === 0) return [issue, path];
  return unwrapUnion(deepest, [...path, ...deepest.path]);
}

function describeUnknownKey(key: string, path: Path, schema: z.ZodType, document: YamlDocument): ManifestProblem {
  const known = listKnownKeys(findSchemaAt(schema, path));
  const meant = findNearest(key, known);
  const hint = meant === null ? formatList('valid fields:', known) : `; did you mean "${meant}"?`;
  const whole = [...path, key];
  return {
    path: formatPath(whole),
    message: `unknown field "${shorten(key)}"${hint}`,
    offset: findKeyOffset(document, whole),
  };
}

function describeIssue(issue: Issue, path: Path, document: YamlDocument): string {
  const value: unknown = document.getIn(path);
  if (value === undefined)
    return `"${String(path.at(-1) ?? 'the document')}" is missing; ${describeExpectation(issue, null)}`;
  const source = readScalarSource(document, path);
  if (issue.code === 'invalid_type' && issue.expected === 'string' && source !== null) {
    return `expected text, found ${shorten(source)}; put it in quotes: "${shorten(source)}"`;
  }
  return `${describeExpectation(issue, value)}${source === null ? '' : `, found ${JSON.stringify(shorten(source))}`}`;
}

function describeExpectation(issue: Issue, value: unknown): string {
  if (issue.code === 'invalid_type') return `expected ${addArticle(issue.expected)}`;
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const meant = typeof value === 'string' && values.length > 1 ? findNearest(value, values) : null;
    const choice = values.length === 1 ? `"${values[0]}"` : `one of ${values.map((one) => `"${one}"`).join(', ')}`;
    return meant === null ? `expected ${choice}` : `expected ${choice} (did you mean "${meant}"?)`;
  }
  // Messages of Steelyard's schemas describe the expected value ("a month such as …"); messages of Zod begin with a capital letter.
  return /^[A-Z]/.test(issue.message) ? issue.message : `expected ${issue.message}`;
}

const NAMES: Readonly<Record<string, string>> = {
  object: 'a mapping (name: value)',
  record: 'a mapping (name: value)',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function addArticle(expected: string): string {
  return NAMES[expected] ?? expected;
}

function formatList(introduction: string, names: readonly string[]): string {
  return names.length === 0 ? '' : `; ${introduction} ${names.join(', ')}`;
}

function formatPath(path: Path): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
}

/** The value as it was written, or null for a list or a mapping. */
function readScalarSource(document: YamlDocument, path: Path): string | null {
  const node: unknown = document.getIn(path, true);
  return isScalar(node) ? (node.source ?? String(node.value)) : null;
}

/** Offset of the value; for a missing value, the offset of the nearest enclosing value. */
export function findOffset(document: YamlDocument, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (hasRange(node)) return node.range[0];
  }
  return document.contents?.range?.[0] ?? document.range?.[0] ?? 0;
}

function findKeyOffset(document: YamlDocument, path: Path): number {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const pairs: readonly unknown[] = isMap(parent) ? parent.items : [];
  const pair = pairs.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === path.at(-1));
  return isPair(pair) && hasRange(pair.key) ? pair.key.range[0] : findOffset(document, path);
}

function hasRange(node: unknown): node is { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}

/** The schema at a path of the document; null where it cannot be determined (inside a record of `unknown`, for instance). */
function findSchemaAt(schema: z.core.$ZodType | null, path: Path): z.core.$ZodType | null {
  const bare = unwrapSchema(schema);
  const [head, ...rest] = path;
  if (bare === null || head === undefined) return bare;
  if (bare instanceof z.ZodObject) return findSchemaAt(bare.shape[String(head)] ?? null, rest);
  if (bare instanceof z.ZodArray) return findSchemaAt(bare.element, rest);
  if (bare instanceof z.ZodRecord) return findSchemaAt(bare.valueType, rest);
  if (bare instanceof z.ZodUnion) {
    const fitting = bare.options.map((option) => findSchemaAt(option, path)).filter((option) => option !== null);
    return fitting[0] ?? null;
  }
  return null;
}

function unwrapSchema(schema: z.core.$ZodType | null): z.core.$ZodType | null {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return unwrapSchema(schema.unwrap());
  }
  return schema instanceof z.ZodPipe ? unwrapSchema(schema.in) : schema;
}

function listKnownKeys(schema: z.core.$ZodType | null): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (schema instanceof z.ZodUnion)
    return [...new Set(schema.options.flatMap((option) => listKnownKeys(unwrapSchema(option))))];
  return [];
}

const MOST_SHOWN = 200;

/** A value for a message: a long value is truncated, with its length. */
function shorten(text: string): string {
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}… (${text.length} characters)`;
}
