import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { removeModelAlias, setModelAlias } from '../../../src/mlops/registry/schema.ts';
import { call } from '../client.ts';

/** As the server takes it, in characters. */
const LONGEST_REASON = 2000;

export interface AliasMove {
  readonly alias: string;
  /** New version of the alias; null removes it. */
  readonly version: string | null;
  /** Why it is moved in spite of the policy that governs it; left out where none does. */
  readonly reason?: string;
}

export interface MovedAlias extends AliasMove {
  readonly previousVersion: string | null;
}

/** Moves or removes aliases of a model; the last move can be undone. */
export function useAliases(model: string) {
  const queries = useQueryClient();
  const [moved, setMoved] = useState<MovedAlias | null>(null);
  const move = useMutation({
    mutationFn: async ({ alias, version, reason }: AliasMove): Promise<MovedAlias> => {
      const params = { model, alias };
      const done =
        version === null
          ? await call(removeModelAlias, { params, query: { reason } })
          : await call(setModelAlias, { params, body: { version, reason } });
      return {
        alias,
        ...done,
        ...(reason === undefined ? {} : { reason: `Undo: ${reason}`.slice(0, LONGEST_REASON) }),
      };
    },
    onSuccess: setMoved,
    onSettled: () => void queries.invalidateQueries(),
  });
  const undo = () => {
    if (moved !== null) {
      const { alias, previousVersion: version, reason } = moved;
      move.mutate({ alias, version, ...(reason === undefined ? {} : { reason }) });
    }
  };
  return { move, moved, undo, dismiss: () => setMoved(null) };
}

export type Aliases = ReturnType<typeof useAliases>;
