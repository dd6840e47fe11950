import { setImmediate as nextTurn } from 'node:timers/promises';
import { Composer, type CST, type Document, isScalar, Lexer, LineCounter, Parser, visit } from 'yaml';

/** A text that is not YAML, or more of it than is read. */
export class InvalidYaml extends Error {
  /** `too_large`: it may be YAML, but has more parts than are read. */
  readonly kind: 'invalid' | 'too_large';
  /** Where it is wrong, in characters from the start. */
  readonly offset: number;

  constructor(message: string, offset: number, kind: InvalidYaml['kind'] = 'invalid') {
    super(message);
    this.offset = offset;
    this.kind = kind;
  }
}

/** Parts of YAML (keys, values, marks, line ends, spaces between them) that may still be read. */
export interface YamlBudget {
  parts: number;
}

/** Of one request: a line of a manifest has about six, and ten at most. The longest step without a pause takes about 100 ms. */
export const YAML_PART_LIMIT = 160_000;
/** Levels of mappings, lists and values in each other. */
export const YAML_DEPTH_LIMIT = 64;
/** Parts that are read before other work gets its turn: about 5 ms. */
const PARTS_A_TURN = 4_000;

export interface YamlOptions {
  /** Limit for all texts of a request together. */
  readonly budget?: YamlBudget;
  /** Told where lines begin, also where reading fails. */
  readonly lines?: LineCounter;
}

/**
 * The documents of a YAML text. Depth and number of parts are bounded while it is read, since 4 MiB of marks alone (`&a &a …`) would take
 * 15 seconds; the event loop is free in between, and the first error ends the reading. * Error: {@link InvalidYaml}.
 *
 * @example (await readYaml('a: 1'))[0]?.toJS() // { a: 1 }
 */
export async function readYaml(text: string, options: YamlOptions = {}): Promise<Document.Parsed[]> {
  const { budget = { parts: YAML_PART_LIMIT }, lines = new LineCounter() } = options;
  const composer = createComposer();
  const documents: Document.Parsed[] = [];
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let turn = 0;
  for (const lexeme of new Lexer().lex(text)) {
    budget.parts -= 1;
    if (budget.parts < 0) throw new InvalidYaml(TOO_MANY_PARTS, parser.offset, 'too_large');
    for (const token of parser.next(lexeme)) documents.push(...composeDocuments(composer, token));
    // The document itself is on the stack too.
    if (parser.stack.length > YAML_DEPTH_LIMIT + 1) throw new InvalidYaml(TOO_DEEP, parser.offset);
    turn += 1;
    if (turn % PARTS_A_TURN === 0) await nextTurn();
  }
  for (const token of parser.end()) documents.push(...composeDocuments(composer, token));
  documents.push(...composer.end());
  refuseErrors(documents);
  for (const document of documents) refuseDoubleKeys(document);
  return documents;
}

const TOO_MANY_PARTS = `it has more than ${YAML_PART_LIMIT} keys, values and marks`;
const TOO_DEEP = `it is nested more than ${YAML_DEPTH_LIMIT} levels deep`;

function* composeDocuments(composer: Composer, token: CST.Token): Generator<Document.Parsed> {
  // The library continues after an error, and keeps each of them: ten microseconds for each surplus comma.
  if (token.type === 'error') throw new InvalidYaml(token.message, token.offset);
  for (const document of composer.next(token)) {
    refuseErrors([document as Document.Parsed]);
    yield document as Document.Parsed;
  }
}

/** Where the library sees a problem: a place, a range, or a token. */
type Place = number | readonly number[] | { readonly offset: number };

/** A composer that ends at the first problem. A warning is one too: a tag or a directive that is not understood. */
function createComposer(): Composer {
  const composer = new Composer({ uniqueKeys: false });
  let first: InvalidYaml | null = null;
  const onError = (at: Place, _code: string, message: string) => {
    const [offset = 0] = typeof at === 'number' ? [at] : 'offset' in at ? [at.offset] : at;
    // The library catches errors thrown in a value, and calls this again for every parent of the value.
    first ??= new InvalidYaml(message, offset);
    throw first;
  };
  // In place of the library's own function, which collects problems.
  Object.assign(composer, { onError });
  return composer;
}

/** The library itself compares each key with all before it, in time by the square of their number. */
function refuseDoubleKeys(document: Document.Parsed): void {
  visit(document, {
    Map: (_key, map) => {
      const known = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (known.has(key.value)) throw new InvalidYaml('Map keys must be unique', key.range?.[0] ?? 0);
        known.add(key.value);
      }
    },
  });
}

/** Problems that the library reports without `onError`, such as the end of a document without a start. */
function refuseErrors(documents: readonly Document.Parsed[]): void {
  const [first] = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  if (first !== undefined) throw new InvalidYaml(first.message, first.pos[0]);
}
