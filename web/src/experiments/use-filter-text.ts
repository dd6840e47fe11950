import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { readRunFilter } from '../../../src/mlops/tracking/run-table/schema.ts';
import { call } from '../client.ts';

/** A pause in typing: long enough to end a number, short enough to feel at once. */
const PAUSE_MS = 300;

interface FilterText {
  /** The filter in force. */
  readonly value: string;
  /** What the server says of it. */
  readonly refused: string | undefined;
  /** What a text asks for; null while it is not enough to ask for anything. */
  readonly askedBy: (text: string) => string | null;
  readonly onApply: (filter: string) => void;
}

/**
 * The text of a filter while it is typed: at each pause the server is asked whether it can be read, and if so it is
 * applied. What cannot be read yet is said quietly, and aloud when it was asked for with Enter.
 */
export function useFilterText({ value, refused, askedBy, onApply }: FilterText) {
  const [text, setText] = useState(value);
  const latest = useRef(value);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(pause.current), []);
  // An address that somebody else changed; what the field applied itself is in it already.
  useEffect(() => {
    if (value === latest.current) return;
    latest.current = value;
    setText(value);
  }, [value]);
  const read = useMutation({
    mutationFn: ({ filter }: { readonly filter: string; readonly aloud: boolean }) =>
      filter === '' ? Promise.resolve({ problem: null }) : call(readRunFilter, { query: { filter } }),
    onSuccess: ({ problem }, { filter }) => {
      if (problem === null && filter === latest.current && filter !== value) onApply(filter);
    },
  });
  const ask = (next: string, aloud: boolean) => {
    clearTimeout(pause.current);
    const filter = askedBy(next) ?? (aloud ? next.trim() : null);
    if (filter === null) return;
    latest.current = filter;
    read.mutate({ filter, aloud });
  };
  const write = (next: string) => {
    setText(next);
    read.reset();
    clearTimeout(pause.current);
    pause.current = setTimeout(() => ask(next, false), PAUSE_MS);
  };
  const clear = () => {
    setText('');
    ask('', true);
  };
  const aloud = read.variables?.aloud === true;
  const problem = read.error?.message ?? read.data?.problem ?? undefined;
  return {
    text,
    write,
    clear,
    submit: () => ask(text, true),
    isPending: read.isPending,
    /** Said as it is typed. */
    hint: aloud ? undefined : problem,
    /** Said at once to whoever asked. */
    alert: aloud ? problem : problem === undefined ? refused : undefined,
  };
}
