import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue } from 'react';
import { listExperiments, listRuns } from '../../../src/mlops/runs/schema.ts';
import { endpointQuery } from '../client.ts';
import type { Command } from './palette-command.ts';

const LEAST_CHARACTERS = 2;
const MOST_LISTED = 6;

/**
 * Experiments and runs whose name contains the text, or the run with this id. The server searches, because there may be
 * many.
 */
export function useTrackedCommands(text: string): readonly Command[] {
  const navigate = useNavigate();
  const wanted = useDeferredValue(text.trim());
  const asked = { enabled: wanted.length >= LEAST_CHARACTERS, placeholderData: keepPreviousData };
  const experiments = useQuery({
    ...endpointQuery(listExperiments, { query: { name: wanted, pageSize: MOST_LISTED } }),
    ...asked,
  });
  const runs = useQuery({
    ...endpointQuery(listRuns, { query: { filter: nameFilter(wanted), columns: ['run_name'], pageSize: MOST_LISTED } }),
    ...asked,
  });
  if (!asked.enabled) return [];
  return [
    ...(experiments.data?.experiments ?? []).map(({ experimentId, name }): Command => {
      const params = { experimentId };
      return {
        id: `Experiment ${experimentId}`,
        kind: 'Experiment',
        label: name,
        run: () => void navigate({ to: '/experiments/$experimentId', params }),
      };
    }),
    ...(runs.data?.runs ?? []).map(
      ({ runId, runName, experimentName }): Command => ({
        id: `Run ${runId}`,
        kind: 'Run',
        label: `${runName} in ${experimentName} (${runId.slice(0, 8)})`,
        keywords: runId,
        run: () => void navigate({ to: '/runs/$runId', params: { runId } }),
      }),
    ),
  ];
}

function nameFilter(text: string): string {
  if (/^[0-9a-f]{32}$/.test(text)) return `run_id = '${text}'`;
  return `run_name ILIKE '%${text.replaceAll("'", "''")}%'`;
}
