import { setImmediate as nextTurn } from 'node:timers/promises';
import { isScalar, LineCounter, type Document as YamlDocument } from 'yaml';
import { AppError } from '../errors/index.ts';
import { InvalidYaml, readYaml, YAML_PART_LIMIT, type YamlBudget } from '../yaml/index.ts';
import type { Manifest, ManifestKind, ManifestKinds } from './manifest-kind.ts';
import { findNearest } from './nearest.ts';
import { findOffset, type ManifestProblem, toManifestProblems } from './problems.ts';
import type { ManifestText } from './schema.ts';

/** A document that matches the schema of its kind, and where it begins. */
export interface ReadManifest {
  readonly kind: ManifestKind;
  readonly document: Manifest;
  readonly file: string;
  /** 1 for the first. */
  readonly line: number;
}

interface Source {
  readonly file: string;
  readonly lines: LineCounter;
}

/** Maximum of lines, commas and brackets of all files of one request: the event loop validates their content, document by document. */
const MOST_PARTS = 16_000;

/** Error: `payload_too_large`, before anything is parsed. */
function checkManifestSize(texts: readonly ManifestText[]): void {
  const parts = texts.reduce((sum, { text }) => sum + countParts(text), 0);
  if (parts <= MOST_PARTS) return;
  const detail = `The manifests have ${parts} lines and list items, of at most ${MOST_PARTS}. Apply them in several calls.`;
  throw new AppError('payload_too_large', detail, { parts, limit: MOST_PARTS });
}

function countParts(text: string): number {
  let parts = 1;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === 0x0a || character === 0x0d || character === 0x2c || character === 0x5b || character === 0x7b)
      parts += 1;
  }
  return parts;
}

/**
 * The documents of all files, each checked against the schema of its kind. Between documents the event loop is free.
 * Errors: `payload_too_large`, `file_empty`, `yaml_invalid`, `manifest_kind_unknown`, `manifest_invalid`, with file, line and column.
 */
export async function readManifests(inputs: readonly ManifestText[], kinds: ManifestKinds): Promise<ReadManifest[]> {
  checkManifestSize(inputs);
  const budget = { parts: YAML_PART_LIMIT };
  const read: ReadManifest[] = [];
  for (const input of inputs) {
    const { documents, source } = await parseYaml(input, budget);
    const present = documents.filter((document) => !isEmpty(document));
    if (present.length === 0) {
      throw new AppError('file_empty', `${input.file} contains no document.`, { file: input.file });
    }
    for (const document of present) {
      read.push(readDocument(document, source, kinds));
      if (read.length % DOCUMENTS_A_TURN === 0) await nextTurn();
    }
  }
  return read;
}

/** Documents that are checked before other work gets its turn. */
const DOCUMENTS_A_TURN = 100;

async function parseYaml({ file, text }: ManifestText, budget: YamlBudget) {
  const lines = new LineCounter();
  const source = { file, lines };
  try {
    return { documents: await readYaml(text, { budget, lines }), source };
  } catch (error) {
    if (!(error instanceof InvalidYaml)) throw error;
    if (error.kind === 'too_large') {
      const detail = `${file}: ${error.message}, in all files of the request. Apply them in several calls.`;
      throw new AppError('payload_too_large', detail, { file, limit: YAML_PART_LIMIT });
    }
    throw createRefusal('yaml_invalid', source, error.offset, '', `${error.message}.`);
  }
}

/** Whether there are only comments between two "---". */
function isEmpty({ contents }: YamlDocument.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

function readDocument(document: YamlDocument.Parsed, source: Source, kinds: ManifestKinds): ReadManifest {
  const start = document.contents?.range?.[0] ?? document.range[0];
  const content = readContent(document, source, start);
  const kind = findManifestKind(document, source, kinds);
  const parsed = kind.schema.safeParse(content, { reportInput: false });
  if (!parsed.success)
    throw createInvalidManifest(toManifestProblems(parsed.error.issues, kind.schema, document), source, kind);
  return { kind, document: parsed.data, file: source.file, line: source.lines.linePos(start).line };
}

function readContent(document: YamlDocument.Parsed, source: Source, start: number): unknown {
  let content: unknown;
  try {
    content = document.toJS();
  } catch (error) {
    // An alias without an anchor, or so many aliases that they would exhaust the memory.
    throw createRefusal(
      'yaml_invalid',
      source,
      start,
      '',
      `${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content;
  const example = 'apiVersion, kind, metadata and spec';
  throw createRefusal('manifest_invalid', source, start, '', `a document is a mapping with ${example}.`);
}

function findManifestKind(document: YamlDocument.Parsed, source: Source, kinds: ManifestKinds): ManifestKind {
  const name: unknown = document.get('kind');
  const kind = typeof name === 'string' && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind !== undefined) return kind;
  const known = Object.keys(kinds);
  const offset = findOffset(document, ['kind']);
  if (name === undefined) {
    const message = `the document has no kind. Kinds: ${known.join(', ')}.`;
    throw createRefusal('manifest_kind_unknown', source, offset, 'kind', message);
  }
  const meant = findNearest(String(name), known);
  const hint = meant === null ? `Kinds: ${known.join(', ')}.` : `Did you mean "${meant}"?`;
  throw createRefusal('manifest_kind_unknown', source, offset, 'kind', `there is no kind "${String(name)}". ${hint}`);
}

type Refusal = 'yaml_invalid' | 'manifest_invalid' | 'manifest_kind_unknown';

function createRefusal(code: Refusal, source: Source, offset: number, path: string, message: string): AppError {
  const place = toSourcePlace(source, offset);
  const where = `${source.file}:${place.line}:${place.column}`;
  return new AppError(code, `${where}: ${path === '' ? '' : `${path}: `}${message}`, { ...place, path });
}

function createInvalidManifest(problems: readonly ManifestProblem[], source: Source, kind: ManifestKind): AppError {
  const located = problems
    .map(({ path, message, offset }) => ({ ...toSourcePlace(source, offset), path, message }))
    .toSorted((one, other) => one.line - other.line || one.column - other.column);
  const [first] = located;
  const more = located.length > 1 ? ` (and ${located.length - 1} more in this document)` : '';
  const where = `${source.file}:${first?.line ?? 1}:${first?.column ?? 1}`;
  const path = first === undefined || first.path === '' ? kind.kind : first.path;
  const sentence = (first?.message ?? 'does not match').replace(/[.?]?$/, (end) => (end === '?' ? end : '.'));
  return new AppError('manifest_invalid', `${where}: ${path}: ${sentence}${more}`, {
    ...first,
    kind: kind.kind,
    problems: located,
  });
}

function toSourcePlace(source: Source, offset: number): { file: string; line: number; column: number } {
  const { line, col } = source.lines.linePos(offset);
  return { file: source.file, line: Math.max(1, line), column: Math.max(1, col) };
}
