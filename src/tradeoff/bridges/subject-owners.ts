import { findPipelineOwner } from '../../mlops/pipelines/index.ts';
import type { Registry } from '../../mlops/registry/index.ts';
import { findEndpointOwner } from '../../mlops/serving/index.ts';
import type { Tracking } from '../../mlops/tracking/index.ts';
import type { FindSubjectOwner } from '../../org/index.ts';

export interface SubjectOwnersDeps {
  readonly registry: Pick<Registry, 'ownerOf'>;
  readonly tracking: Pick<Tracking, 'owners'>;
}

/** A subject without a team or project belongs to the owner of its most specific object. */
export function createSubjectOwners({ registry, tracking }: SubjectOwnersDeps): FindSubjectOwner {
  return async (sql, { team = null, project = null, run, pipeline, endpoint, model }) => {
    if (team !== null || project !== null) return { team, project };
    const ofRun = run === undefined ? null : await tracking.owners.ofRun(sql, run);
    if (ofRun !== null) return ofRun;
    const ofPipeline = pipeline === undefined ? null : await findPipelineOwner(sql, pipeline);
    if (ofPipeline !== null) return ofPipeline;
    const ofEndpoint = endpoint === undefined ? null : await findEndpointOwner(sql, endpoint);
    if (ofEndpoint !== null) return ofEndpoint;
    return model === undefined ? null : registry.ownerOf(sql, model);
  };
}
