import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue } from 'react';
import { listBudgets } from '../../../src/finops/budgets/schema.ts';
import { costValues } from '../../../src/finops/costs/schema.ts';
import { getGpuHeatMap } from '../../../src/finops/gpu-usage/schema.ts';
import { endpointQuery } from '../client.ts';
import { type Command, createCommand } from './palette-command.ts';

const LEAST_CHARACTERS = 3;
const MOST_SERVICES = 5;
const MOST_GPUS = 1000;

/** Services, budgets and GPUs for a text. They are requested only for a text that can name one. */
export function useSpendCommands(text: string): readonly Command[] {
  const navigate = useNavigate();
  const wanted = useDeferredValue(text.trim());
  const isLong = wanted.length >= LEAST_CHARACTERS;
  const services = useQuery({
    ...endpointQuery(costValues, { query: { dimension: 'serviceName', search: wanted, limit: MOST_SERVICES } }),
    enabled: isLong,
    placeholderData: keepPreviousData,
  });
  const budgets = useQuery({ ...endpointQuery(listBudgets), enabled: isLong });
  const gpus = useQuery({
    ...endpointQuery(getGpuHeatMap, { query: { slots: 1, limit: MOST_GPUS } }),
    enabled: /gpu/i.test(wanted),
  });
  if (!isLong) return [];
  return [
    ...(budgets.data?.budgets ?? []).map(({ name: budget }) =>
      createCommand('Budget', budget, () => void navigate({ to: '/budgets/$budget', params: { budget } })),
    ),
    ...(services.data?.values ?? []).flatMap(({ value }) => {
      const search = { by: ['team'], filter: [`serviceName=${value}`] };
      return value === null
        ? []
        : [createCommand('Service', value, () => void navigate({ to: '/costs', search: search }))];
    }),
    ...(gpus.data?.rows ?? []).map(({ gpu }) =>
      createCommand('GPU', gpu, () => void navigate({ to: '/gpus', search: { period: 'all', gpu } })),
    ),
  ];
}
