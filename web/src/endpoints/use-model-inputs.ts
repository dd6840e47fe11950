import { useQuery } from '@tanstack/react-query';
import { ModelInputs } from './call-snippets.ts';

/** Inputs of a model from the gateway; null without an answer (model without a signature, missing permission). */
export function useModelInputs(url: string, model: string | undefined) {
  return useQuery({
    queryKey: [url, 'inputs', model],
    enabled: model !== undefined,
    retry: false,
    queryFn: async ({ signal }) => {
      const answer = await fetch(`${url}/v2/models/${encodeURIComponent(model ?? '')}`, { signal });
      if (!answer.ok) return null;
      const { data } = ModelInputs.safeParse(await answer.json());
      return data === undefined || data.inputs.length === 0 ? null : data.inputs;
    },
  });
}
