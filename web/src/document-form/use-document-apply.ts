import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { postApply } from '../../../src/platform/manifests/schema.ts';
import { call } from '../client.ts';

export interface DocumentChange {
  readonly name: string;
  readonly text: string;
  /** Text before the change; null for a new document. */
  readonly before: string | null;
}

const FILE = 'the form';
/** Pause after the last keystroke before the server is asked for a dry run, in milliseconds. */
const PAUSE_MS = 300;

function apply(text: string, dryRun: boolean, signal?: AbortSignal) {
  return call(postApply, { body: { documents: [{ file: FILE, text }], dryRun } }, signal);
}

/** Applies documents. The last change can be undone by applying the text before it. */
export function useDocumentApply() {
  const queries = useQueryClient();
  const [done, setDone] = useState<DocumentChange | null>(null);
  const change = useMutation({
    mutationFn: ({ text }: DocumentChange) => apply(text, false),
    onSuccess: (_answer, asked) => setDone(asked),
    onSettled: () => void queries.invalidateQueries(),
  });
  const undo = () => {
    if (done?.before == null) return;
    change.mutate({ name: done.name, text: done.before, before: done.text });
  };
  return { change, done, undo, dismiss: () => setDone(null) };
}
export type DocumentApply = ReturnType<typeof useDocumentApply>;

/** Dry run of a text, once typing has paused; null: not asked. It changes nothing. */
export function useDocumentDryRun(text: string | null) {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const { data, error, isSuccess } = useQuery({
    queryKey: [postApply.path, 'dry run', settled],
    queryFn: ({ signal }) => apply(settled ?? '', true, signal),
    enabled: settled !== null && settled === text,
    retry: false,
    gcTime: 0,
  });
  // The answer about an earlier text is none about the present one: it would enable Save for a moment only.
  const isCurrent = settled === text;
  return isCurrent ? { data, error, isSuccess } : { data: undefined, error: null, isSuccess: false };
}
