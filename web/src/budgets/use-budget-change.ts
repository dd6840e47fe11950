import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { BudgetSpec } from '../../../src/finops/budgets/schema.ts';
import { postApply } from '../../../src/platform/manifests/schema.ts';
import { call } from '../client.ts';
import { documentText } from './budget-changes.ts';

export interface BudgetChange {
  readonly name: string;
  readonly spec: BudgetSpec;
  /** The previous version; null for a new budget. */
  readonly before: BudgetSpec | null;
}

const FILE = 'the form';
/** Pause after the last keystroke before the server is asked for a dry run, in milliseconds. */
const PAUSE_MS = 300;

function apply(name: string, spec: BudgetSpec, dryRun: boolean) {
  const documents = [{ file: FILE, text: documentText(name, spec) }];
  return call(postApply, { body: { documents, dryRun } });
}

/** Applies budgets. The last change can be undone by applying the previous version. */
export function useBudgetChange() {
  const queries = useQueryClient();
  const [changed, setChanged] = useState<BudgetChange | null>(null);
  const change = useMutation({
    mutationFn: ({ name, spec }: BudgetChange) => apply(name, spec, false),
    onSuccess: (_answer, asked) => setChanged(asked),
    onSettled: () => void queries.invalidateQueries(),
  });
  const undo = () => {
    if (changed?.before == null) return;
    change.mutate({ name: changed.name, spec: changed.before, before: changed.spec });
  };
  return { change, changed, undo, dismiss: () => setChanged(null) };
}

export type BudgetChanges = ReturnType<typeof useBudgetChange>;

/** Dry run of a budget, once typing has paused; it changes nothing. */
export function useDryRun(name: string, spec: BudgetSpec | null) {
  const text = spec === null ? '' : documentText(name, spec);
  const settled = useSettled(text);
  const { data, error, isSuccess } = useQuery({
    queryKey: [postApply.path, 'dry run', settled],
    queryFn: ({ signal }) =>
      call(postApply, { body: { documents: [{ file: FILE, text: settled }], dryRun: true } }, signal),
    enabled: settled !== '' && settled === text,
    retry: false,
    gcTime: 0,
  });
  // The answer about an earlier text is none about the present one: it would enable Save for a moment only.
  const isCurrent = settled === text;
  return isCurrent ? { data, error, isSuccess } : { data: undefined, error: null, isSuccess: false };
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
