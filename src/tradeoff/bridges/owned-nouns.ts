import { findReservationSubject } from '../../finops/budgets/index.ts';
import type { OwnedNoun } from '../../mlops/access/index.ts';
import { findAlertedModel } from '../../mlops/monitoring/index.ts';
import { findMonitors } from '../../mlops/monitors/index.ts';
import { findPipelineOwner } from '../../mlops/pipelines/index.ts';
import type { Registry } from '../../mlops/registry/index.ts';
import { findEndpointOwner } from '../../mlops/serving/index.ts';
import type { Tracking } from '../../mlops/tracking/index.ts';
import type { Subject } from '../../org/schema.ts';
import type { Sql } from '../../platform/store/index.ts';
import { findRecommendedSubject } from '../recommendations/index.ts';
import { findRetrainedPipeline } from '../retraining/index.ts';

export interface OwnedNounsDeps {
  readonly registry: Pick<Registry, 'ownerOf'>;
  readonly tracking: Pick<Tracking, 'owners'>;
}

/** Owners of the things that requests change, by the field of a request that names them. */
export function createOwnedNouns({ registry, tracking }: OwnedNounsDeps): Readonly<Record<string, OwnedNoun>> {
  /** A subject without a team belongs to the owner of its most specific object. */
  const ownerOfSubject: (sql: Sql, subject: Subject | null) => ReturnType<OwnedNoun['ownerOf']> = async (
    sql,
    subject,
  ) => {
    if (subject === null) return null;
    const { team = null, project = null, run, pipeline, endpoint } = subject;
    if (team !== null || project !== null) return { team, project };
    const ofRun = run === undefined ? null : await tracking.owners.ofRun(sql, run);
    const ofPipeline = pipeline === undefined ? null : await findPipelineOwner(sql, pipeline);
    const ofEndpoint = endpoint === undefined ? null : await findEndpointOwner(sql, endpoint);
    return ofRun ?? ofPipeline ?? ofEndpoint;
  };
  return {
    pipeline: { title: 'Pipeline', ownerOf: findPipelineOwner },
    endpoint: { title: 'Endpoint', ownerOf: findEndpointOwner },
    reservation: {
      title: 'Reservation',
      ownerOf: async (sql, id) => ownerOfSubject(sql, await findReservationSubject(sql, id)),
    },
    recommendation: {
      title: 'Recommendation',
      ownerOf: async (sql, id) => ownerOfSubject(sql, await findRecommendedSubject(sql, id)),
    },
    // A retraining runs its pipeline, and belongs to the team of that.
    retraining: {
      title: 'Retraining',
      async ownerOf(sql, name) {
        const pipeline = await findRetrainedPipeline(sql, name);
        return pipeline === null ? null : findPipelineOwner(sql, pipeline);
      },
    },
    // Of its model, as its alerts.
    monitor: {
      title: 'Monitor',
      async ownerOf(sql, name) {
        const [monitor] = await findMonitors(sql, name);
        return monitor === undefined ? null : registry.ownerOf(sql, monitor.spec.model);
      },
    },
    episode: {
      title: 'Alert',
      async ownerOf(sql, episode) {
        const model = await findAlertedModel(sql, episode);
        return model === null ? null : registry.ownerOf(sql, model);
      },
    },
  };
}
