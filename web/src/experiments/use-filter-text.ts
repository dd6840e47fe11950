import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { readRunFilter } from '../../../src/mlops/run-views/run-table/schema.ts';
import { call } from '../client.ts';

/** Pause in typing before the filter is checked: long enough to finish a number, short enough to feel immediate. */
const PAUSE_MS = 300;

interface FilterText {
  /** The filter in force. */
  readonly value: string;
  /** Error of the server for the filter. */
  readonly refused: string | undefined;
  /** Filter for a typed text; null while the text is incomplete. */
  readonly askedBy: (text: string) => string | null;
  readonly onApply: (filter: string) => void;
}

/**
 * Text of a filter while it is typed. At each pause the server checks the text; a valid filter is applied. An invalid
 * one shows a hint while it is typed, and an alert after Enter.
 */
export function useFilterText({ value, refused, askedBy, onApply }: FilterText) {
  const [text, setText] = useState(value);
  const latest = useRef(value);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(pause.current), []);
  // The URL was changed elsewhere. The field's own change is already in it.
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
    /** Shown while the user types. */
    hint: aloud ? undefined : problem,
    /** Announced immediately after Enter. */
    alert: aloud ? problem : problem === undefined ? refused : undefined,
  };
}
