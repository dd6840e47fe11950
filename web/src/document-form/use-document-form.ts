import { useMemo, useState } from 'react';
import { type DocumentKind, getIn, type Path, type ReadDocument, readDocument, setInDocument } from './document.ts';

/** One document with two views that stay in step: its YAML text, and the values of its form. The text is the only state. */
export interface DocumentForm<S> {
  readonly text: string;
  readonly read: ReadDocument<S>;
  /** Whether the text differs from the initial one. */
  readonly isChanged: boolean;
  readonly setText: (text: string) => void;
  readonly setName: (name: string) => void;
  readonly get: (path: Path) => unknown;
  /** Changes one value of the spec; `undefined` removes it. */
  readonly set: (path: Path, value: unknown) => void;
  /** Error of a field of the spec that was edited; undefined while it is valid or untouched. */
  readonly findProblem: (path: Path) => string | undefined;
  /** Error of the name; undefined while it is valid or untouched. */
  readonly nameProblem: string | undefined;
}

const ALL = '*';

export function useDocumentForm<S>(kind: DocumentKind<S>, initial: string): DocumentForm<S> {
  const [text, setOwnText] = useState(initial);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const read = useMemo(() => readDocument(text, kind), [text, kind]);
  const touch = (path: string) => setTouched((before) => new Set([...before, path]));
  const find = (path: string) => {
    if (!touched.has(path) && !touched.has(ALL)) return undefined;
    return read.problems.find((one) => one.path === path || one.path.startsWith(`${path}.`))?.message;
  };
  const change = (path: Path, value: unknown) => {
    touch(path.join('.'));
    setOwnText((before) => setInDocument(before, path, value));
  };
  return {
    text,
    read,
    isChanged: text !== initial,
    setText: (changed) => {
      touch(ALL);
      setOwnText(changed);
    },
    setName: (name) => change(['metadata', 'name'], name),
    get: (path) => getIn(read.values, path),
    set: (path, value) => change(['spec', ...path], value),
    findProblem: (path) => find(['spec', ...path].join('.')),
    nameProblem: find('metadata.name'),
  };
}
