import { useQuery } from '@tanstack/react-query';
import { type ListedRecommendation, listRecommendations } from '../../../src/tradeoff/recommendations/schema.ts';
import { endpointQuery } from '../client.ts';

export type GpuSavings = ReadonlyMap<string, ListedRecommendation>;

const RETURN = 'return ';

/** Open savings that return a GPU, by its name; empty until they are loaded. */
export function useGpuSavings(): GpuSavings {
  const { data } = useQuery(endpointQuery(listRecommendations, { query: {} }));
  return new Map(
    (data?.recommendations ?? []).flatMap((one): [string, ListedRecommendation][] => {
      const [step = ''] = one.action.type === 'by_hand' ? one.action.commands : [];
      return one.kind === 'return_gpu' && step.startsWith(RETURN) ? [[step.slice(RETURN.length), one]] : [];
    }),
  );
}
