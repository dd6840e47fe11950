import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ActResult, preferDelivery, revertDelivery, type UnitChange } from '../../../src/finops/billing/schema.ts';
import { call, endpointQuery } from '../client.ts';

export type Ask = 'revert' | 'prefer' | 'beside';

export interface ActInput {
  readonly ask: Ask;
  readonly delivery: string;
  readonly month: string | undefined;
}

function buildBody({ delivery, month }: ActInput) {
  return { delivery, ...(month === undefined ? {} : { period: month }) };
}

/** Dry run of an action: its effect on deliveries and money. It changes nothing. */
export function useActPreview(input: ActInput) {
  const body = { ...buildBody(input), dryRun: true };
  const asked =
    input.ask === 'revert'
      ? endpointQuery(revertDelivery, { body })
      : endpointQuery(preferDelivery, { body: { ...body, beside: input.ask === 'beside' } });
  return useQuery({ ...asked, staleTime: 0, gcTime: 0, retry: false } as ReturnType<
    typeof endpointQuery<typeof revertDelivery>
  >);
}

/** Performs the action, then refetches everything that depends on the bill. */
export function useAct(input: ActInput, onDone: (result: ActResult) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (why: string) => {
      const body = { ...buildBody(input), ...(why.trim() === '' ? {} : { why: why.trim() }) };
      return input.ask === 'revert'
        ? call(revertDelivery, { body })
        : call(preferDelivery, { body: { ...body, beside: input.ask === 'beside' } });
    },
    onSuccess: (result) => {
      void queries.invalidateQueries();
      onDone(result);
    },
  });
}

/**
 * Actions that undo an action: each delivery that counted before is requested again. Empty when none counted before.
 */
export function buildUndo(ask: Ask, changes: readonly UnitChange[]): ActInput[] {
  const gone = changes.filter((change) => change.before !== null && (ask === 'revert' || change.after === null));
  const inputs = gone.map(({ before, period }) => ({ delivery: before ?? '', month: period }));
  const unique = new Map(inputs.map((input) => [`${input.delivery} ${input.month}`, input]));
  return [...unique.values()].map((input) => ({ ...input, ask: ask === 'revert' ? 'revert' : 'prefer' }));
}

/** Takes an act back, period by period. */
export function useUndo(inputs: readonly ActInput[], onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const why = 'undone in the browser';
      for (const input of inputs) {
        const body = { ...buildBody(input), why };
        await (input.ask === 'revert' ? call(revertDelivery, { body }) : call(preferDelivery, { body }));
      }
    },
    onSuccess: () => {
      void queries.invalidateQueries();
      onDone();
    },
  });
}
