import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  addForecastChange,
  type ForecastChange,
  makeForecasts,
  type NewForecastChange,
  removeForecastChange,
  switchForecastChange,
} from '../../../src/finops/forecasts/schema.ts';
import { call } from '../client.ts';

/** The last action, for undo. */
interface Done {
  readonly act: 'added' | 'removed';
  readonly change: ForecastChange;
}

/** Adds and removes known changes; the last action can be undone. */
export function useForecastChanges() {
  const queries = useQueryClient();
  const [done, setDone] = useState<Done | null>(null);
  const onSettled = () => void queries.invalidateQueries();
  const add = useMutation({
    mutationFn: (body: NewForecastChange) => call(addForecastChange, { body }),
    onSuccess: (change) => setDone({ act: 'added', change }),
    onSettled,
  });
  const remove = useMutation({
    mutationFn: (change: string) => call(removeForecastChange, { params: { change } }),
    onSuccess: (change) => setDone({ act: 'removed', change }),
    onSettled,
  });
  const turn = useMutation({
    mutationFn: ({ change, isOn }: { readonly change: string; readonly isOn: boolean }) =>
      call(switchForecastChange, { params: { change }, body: { isOn } }),
    onSettled,
  });
  const make = useMutation({ mutationFn: () => call(makeForecasts, { body: {} }), onSettled });
  const undo = () => {
    if (done === null) return;
    if (done.act === 'added') return void remove.mutate(done.change.change, { onSuccess: () => setDone(null) });
    const {
      change: _change,
      addedAt: _addedAt,
      addedBy: _addedBy,
      origin: _origin,
      isOn: _isOn,
      ...body
    } = done.change;
    add.mutate(body, { onSuccess: () => setDone(null) });
  };
  const busy = add.isPending || remove.isPending || turn.isPending;
  return { add, remove, turn, make, done, undo, dismiss: () => setDone(null), busy };
}
export type ForecastChanges = ReturnType<typeof useForecastChanges>;
