import { findPipelineOwner } from '../../mlops/pipelines/index.ts';
import type { Registry } from '../../mlops/registry/index.ts';
import { findEndpointModels, findEndpointOwner } from '../../mlops/serving/index.ts';
import type { Tracking } from '../../mlops/tracking/index.ts';
import type { Org } from '../../org/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { ReportOwners } from '../reports/index.ts';

export interface ReportOwnersDeps {
  readonly store: Store;
  readonly org: Pick<Org, 'withTeam'>;
  readonly registry: Pick<Registry, 'ownerOf'>;
  readonly tracking: Pick<Tracking, 'owners'>;
}

interface Owner {
  readonly team: string | null;
  readonly project: string | null;
}

/**
 * Teams of the things in reports. A subject without a team or project belongs to the owner of its run, pipeline, endpoint or model. An endpoint
 * without a project belongs to the owner of its models when all of them have the same one.
 */
export function createReportOwners({ store, org, registry, tracking }: ReportOwnersDeps): ReportOwners {
  const ofModel = async (model: string) => (await registry.ownerOf(store, model))?.team ?? null;
  const ofProject = async (project: string) => (await org.withTeam(store, { project })).team ?? null;
  const ofEndpoint = async (endpoint: string) => {
    const project = (await findEndpointOwner(store, endpoint))?.project ?? null;
    if (project !== null) return ofProject(project);
    const teams = new Set(await Promise.all((await findEndpointModels(store, endpoint)).map(ofModel)));
    const [team = null] = teams;
    return teams.size === 1 ? team : null;
  };
  const ofOwner = async (owner: Owner | null) =>
    owner?.team ?? (owner?.project == null ? null : await ofProject(owner.project));
  return {
    ofModel,
    ofEndpoint,
    async ofSubject({ team, project, run, pipeline, endpoint, model }) {
      if (team !== undefined) return team;
      if (project !== undefined) return ofProject(project);
      if (run !== undefined) return ofOwner(await tracking.owners.ofRun(store, run));
      if (pipeline !== undefined) return ofOwner(await findPipelineOwner(store, pipeline));
      if (endpoint !== undefined) return ofEndpoint(endpoint);
      return model === undefined ? null : ofModel(model);
    },
  };
}
