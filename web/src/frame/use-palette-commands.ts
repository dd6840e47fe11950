import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { listModels } from '../../../src/mlops/registry/schema.ts';
import { endpointQuery } from '../client.ts';
import { endpointsQuery } from '../endpoints/endpoints-query.ts';
import { monitorsQuery } from '../monitoring/monitors-query.ts';
import { pipelinesQuery } from '../pipelines/pipelines-query.ts';
import { retrainingsQuery } from '../retraining/retrainings-query.ts';
import type { Overlay } from './overlay.ts';
import { allPages } from './pages.ts';
import { type Command, createCommand, isFoundBy } from './palette-command.ts';
import { useActionCommands } from './use-action-commands.ts';
import { useDecisionCommands } from './use-decision-commands.ts';
import { useSpendCommands } from './use-spend-commands.ts';
import { useTeams } from './use-teams.ts';
import { useTrackedCommands } from './use-tracked-commands.ts';
import { useVersionCommands } from './use-version-commands.ts';

/** Commands of the palette for a text: every word of it must be in the label, the kind or the keywords. */
export function usePaletteCommands(text: string, show: (overlay: Overlay) => void): readonly Command[] {
  const navigate = useNavigate();
  const teams = useTeams() ?? [];
  const models = useQuery(endpointQuery(listModels));
  const pipelines = useQuery(pipelinesQuery);
  const endpoints = useQuery(endpointsQuery);
  const monitors = useQuery(monitorsQuery);
  const retrainings = useQuery(retrainingsQuery);
  const names = (models.data?.models ?? []).map(({ name }) => name);
  const versions = useVersionCommands(text, names);
  const decisions = useDecisionCommands(text);
  const spend = useSpendCommands(text);
  const tracked = useTrackedCommands(text);
  const actions = useActionCommands(show);
  const commands: Command[] = [
    ...allPages.map(({ to, label, keywords }) => createCommand('Page', label, () => void navigate({ to }), keywords)),
    ...versions,
    ...names.map((model) =>
      createCommand('Model', model, () => void navigate({ to: '/models/$model', params: { model } })),
    ),
    ...(pipelines.data?.pipelines ?? []).map(({ name: pipeline }) =>
      createCommand('Pipeline', pipeline, () => void navigate({ to: '/pipelines/$pipeline', params: { pipeline } })),
    ),
    ...(endpoints.data?.endpoints ?? []).map(({ name: endpoint }) =>
      createCommand('Endpoint', endpoint, () => void navigate({ to: '/endpoints/$endpoint', params: { endpoint } })),
    ),
    ...(monitors.data?.monitors ?? []).map(({ monitor }) =>
      createCommand('Monitor', monitor, () => void navigate({ to: '/monitoring/$monitor', params: { monitor } })),
    ),
    ...(retrainings.data?.retrainings ?? []).map(({ name: retraining }) => {
      const params = { retraining };
      return createCommand('Retraining', retraining, () => void navigate({ to: '/retraining/$retraining', params }));
    }),
    ...teams.map((team) => createCommand('Team', team, () => void navigate({ to: '/costs', search: { team } }))),
    // After the commands that need no request, so that entries in view do not move when the answer arrives.
    ...decisions,
    ...tracked,
    ...spend,
    ...actions,
  ];
  return commands.filter((command) => isFoundBy(text, command));
}
