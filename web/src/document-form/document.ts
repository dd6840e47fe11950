import { type Document, isMap, isNode, LineCounter, parseDocument, stringify } from 'yaml';
import type { z } from 'zod';

export type Path = readonly (string | number)[];

/** A kind of document of `steelyard apply` that has a form. */
export interface DocumentKind<S> {
  readonly kind: string;
  readonly name: z.ZodType<string>;
  readonly spec: z.ZodType<S>;
  /** Paths in the spec that the form shows, such as `subject.team` and `quality.*.metric`; a path includes all below it. */
  readonly formPaths: readonly string[];
}

export interface DocumentProblem {
  /** Path in the document, joined by dots: `spec.amount`; '' for the whole document. */
  readonly path: string;
  readonly message: string;
  /** Line of the text, from 1; null without a place. */
  readonly line: number | null;
}

export interface ReadDocument<S> {
  readonly name: string;
  /** The spec as it is written, valid or not; null if the text is not YAML with a spec. */
  readonly values: Readonly<Record<string, unknown>> | null;
  /** The valid spec and name; null with problems. */
  readonly valid: { readonly name: string; readonly spec: S } | null;
  readonly problems: readonly DocumentProblem[];
  /** Paths of the spec that the form does not show. */
  readonly hidden: readonly string[];
}

/** Parses the text of one document with the schema of its kind. Problems have their path and line. */
export function readDocument<S>(text: string, kind: DocumentKind<S>): ReadDocument<S> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors.map(({ message, linePos }) => ({
    path: '',
    message: message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? message,
    line: linePos?.[0].line ?? null,
  }));
  if (broken.length > 0) return unreadable(broken);
  const read: unknown = document.toJS();
  const { apiVersion, kind: stated, metadata, spec } = isRecord(read) ? read : {};
  if (!isRecord(spec)) return unreadable([{ path: '', message: 'A document with `spec` is expected.', line: 1 }]);
  const problems: DocumentProblem[] = [];
  const note = (path: Path, message: string) =>
    problems.push({ path: path.join('.'), message, line: findLine(document, lines, path) });
  if (apiVersion !== 'steelyard/v1') note(['apiVersion'], 'expected "steelyard/v1"');
  if (stated !== kind.kind) note(['kind'], `expected "${kind.kind}"`);
  const name = isRecord(metadata) && typeof metadata.name === 'string' ? metadata.name : '';
  const parsedName = kind.name.safeParse(name);
  if (!parsedName.success) note(['metadata', 'name'], 'lower-case letters, digits and hyphens, at most 63');
  const parsed = kind.spec.safeParse(spec);
  for (const { path, message } of parsed.error?.issues ?? []) note(['spec', ...path.map(toKey)], message);
  const isValid = problems.length === 0 && parsed.success;
  return {
    name,
    values: spec,
    valid: isValid ? { name, spec: parsed.data } : null,
    problems,
    hidden: listHidden(spec, kind.formPaths, []),
  };
}

function toKey(key: PropertyKey): string | number {
  return typeof key === 'number' ? key : String(key);
}

function unreadable<S>(problems: readonly DocumentProblem[]): ReadDocument<S> {
  return { name: '', values: null, valid: null, problems, hidden: [] };
}

/** Line of a path, else of the nearest part of it that is there. */
function findLine(document: Document, lines: LineCounter, path: Path): number | null {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    const offset = isNode(node) ? node.range?.[0] : undefined;
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return null;
}

/** Paths that are not shown. An index of a list matches `*` in the shown paths: `quality.*.metric`. */
function listHidden(
  value: Readonly<Record<string, unknown>>,
  shown: readonly string[],
  at: readonly string[],
): string[] {
  return Object.entries(value).flatMap(([key, item]) => {
    const path = [...at, key];
    const pattern = path.map((part) => (/^\d+$/.test(part) ? '*' : part)).join('.');
    if (item === undefined || shown.includes(pattern)) return [];
    const isPartly = shown.some((one) => one.startsWith(`${pattern}.`));
    return isPartly && isRecord(item) ? listHidden(item, shown, path) : [path.join('.')];
  });
}

/**
 * The text with one value changed; comments, order and all other fields stay. `undefined` removes the field. Text that is not
 * YAML is returned unchanged.
 */
export function setInDocument(text: string, path: Path, value: unknown): string {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return text;
  if (value === undefined) document.deleteIn(path);
  else document.setIn(path, isPlain(value) ? value : document.createNode(value, { flow: true }));
  return document.toString({ lineWidth: 0 });
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

/** A document as YAML text. */
export function formatDocument(kind: string, name: string, spec: unknown): string {
  return stringify({ apiVersion: 'steelyard/v1', kind, metadata: { name }, spec }, { lineWidth: 0 });
}

/** A value of the spec by its path; undefined where there is none. */
export function getIn(values: Readonly<Record<string, unknown>> | null, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (isRecord(value) ? value[String(key)] : undefined), values);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
