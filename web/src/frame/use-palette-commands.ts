import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { listModels } from '../../../src/mlops/registry/schema.ts';
import { endpointQuery } from '../client.ts';
import { BUILT_IN_VIEWS } from '../costs/views/built-in-views.ts';
import { endpointsQuery } from '../endpoints/endpoints-query.ts';
import { monitorsQuery } from '../monitoring/monitors-query.ts';
import { pipelinesQuery } from '../pipelines/pipelines-query.ts';
import { retrainingsQuery } from '../retraining/retrainings-query.ts';
import { setScheme, useScheme } from '../theme/scheme.ts';
import type { Overlay } from './overlay.ts';
import { allPages } from './pages.ts';
import type { Command } from './palette-command.ts';
import { useTeams } from './use-teams.ts';
import { useTrackedCommands } from './use-tracked-commands.ts';

/** Commands of the palette for a text: every word of it must be in the label or the kind. */
export function usePaletteCommands(text: string, show: (overlay: Overlay) => void): readonly Command[] {
  const navigate = useNavigate();
  const scheme = useScheme();
  const teams = useTeams() ?? [];
  const models = useQuery(endpointQuery(listModels));
  const pipelines = useQuery(pipelinesQuery);
  const endpoints = useQuery(endpointsQuery);
  const monitors = useQuery(monitorsQuery);
  const retrainings = useQuery(retrainingsQuery);
  const tracked = useTrackedCommands(text);
  const other = scheme === 'dark' ? 'light' : 'dark';
  const commands: Command[] = [
    ...allPages.map(({ to, label, keywords }) => ({
      ...command('Page', label, () => void navigate({ to })),
      keywords: keywords ?? '',
    })),
    ...(models.data?.models ?? []).map(({ name }) =>
      command('Model', name, () => void navigate({ to: '/models/$model', params: { model: name } })),
    ),
    ...(pipelines.data?.pipelines ?? []).map(({ name }) =>
      command('Pipeline', name, () => void navigate({ to: '/pipelines/$pipeline', params: { pipeline: name } })),
    ),
    ...(endpoints.data?.endpoints ?? []).map(({ name }) =>
      command('Endpoint', name, () => void navigate({ to: '/endpoints/$endpoint', params: { endpoint: name } })),
    ),
    ...(monitors.data?.monitors ?? []).map(({ monitor }) =>
      command('Monitor', monitor, () => void navigate({ to: '/monitoring/$monitor', params: { monitor } })),
    ),
    ...(retrainings.data?.retrainings ?? []).map(({ name }) =>
      command('Retraining', name, () => void navigate({ to: '/retraining/$retraining', params: { retraining: name } })),
    ),
    ...teams.map((team) => command('Team', team, () => void navigate({ to: '/costs', search: { team } }))),
    // After the commands that need no request, so that entries in view do not move when the answer arrives.
    ...tracked,
    command('Action', 'Costs by team and service', () => {
      void navigate({ to: '/costs', search: { by: ['team', 'serviceName'] } });
    }),
    ...BUILT_IN_VIEWS.map(({ name, search }) =>
      command('Action', `Costs: ${name}`, () => void navigate({ to: '/costs', search: { ...search, name } })),
    ),
    command('Action', 'Drivers of the cost change', () => {
      void navigate({ to: '/costs', search: { compare: 'sameDays' } });
    }),
    command('Action', 'Rejected decisions', () => {
      void navigate({ to: '/decisions', search: { verdict: 'reject' } });
    }),
    command('Action', 'Copy the link to this page', () => void navigator.clipboard.writeText(window.location.href)),
    command('Action', `Switch to ${other} colours`, () => setScheme(other)),
    command('Action', 'Keyboard shortcuts', () => show('shortcuts')),
    command('Action', 'HTTP API documentation', () => window.location.assign('/api/docs')),
  ];
  const words = text.toLowerCase().split(/\s+/);
  return commands.filter(({ label, kind, keywords = '' }) => {
    const searched = `${label} ${kind} ${keywords}`.toLowerCase();
    return words.every((word) => searched.includes(word));
  });
}

function command(kind: Command['kind'], label: string, run: () => void): Command {
  return { id: `${kind} ${label}`, kind, label, run };
}
