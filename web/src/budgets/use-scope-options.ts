import { useQuery } from '@tanstack/react-query';
import { listPipelines } from '../../../src/mlops/pipelines/schema.ts';
import { listModels } from '../../../src/mlops/registry/schema.ts';
import { listEnvironments, listProjects } from '../../../src/org/schema.ts';
import { endpointQuery } from '../client.ts';
import { useTeams } from '../frame/use-teams.ts';

export interface ScopeOptions {
  readonly teams: readonly string[];
  readonly projects: readonly { readonly name: string; readonly team: string }[];
  readonly models: readonly string[];
  readonly pipelines: readonly string[];
  readonly environments: readonly string[];
}

/** Names for the pick lists of a scope; empty until they are loaded. */
export function useScopeOptions(): ScopeOptions {
  const teams = useTeams();
  const projects = useQuery(endpointQuery(listProjects, { query: { pageSize: 1000 } }));
  const models = useQuery(endpointQuery(listModels));
  const pipelines = useQuery(endpointQuery(listPipelines));
  const environments = useQuery(endpointQuery(listEnvironments, { query: { pageSize: 1000 } }));
  return {
    teams: teams ?? [],
    projects: projects.data?.projects ?? [],
    models: models.data?.models.map(({ name }) => name) ?? [],
    pipelines: pipelines.data?.pipelines.map(({ name }) => name) ?? [],
    environments: environments.data?.environments.map(({ name }) => name) ?? [],
  };
}

/** Options of a pick list: any first, then the names. */
export function toOptions(any: string, names: readonly string[]): Readonly<Record<string, string>> {
  return { '': any, ...Object.fromEntries(names.map((name) => [name, name])) };
}
