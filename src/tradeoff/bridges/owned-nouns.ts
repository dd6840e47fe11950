import { findAnomalyTeam } from '../../finops/anomalies/index.ts';
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
import { findDecidedModel } from '../decisions/index.ts';
import { findOptimizedEndpoint } from '../optimizations/index.ts';
import { findRecommendedSubject } from '../recommendations/index.ts';
import { findRetrainedPipeline } from '../retraining/index.ts';
import { createSubjectOwners } from './subject-owners.ts';

export interface OwnedNounsDeps {
  readonly registry: Pick<Registry, 'ownerOf'>;
  readonly tracking: Pick<Tracking, 'owners'>;
}

/** Owners of the things that requests change, by the field of a request that names them. */
export function createOwnedNouns({ registry, tracking }: OwnedNounsDeps): Readonly<Record<string, OwnedNoun>> {
  const findSubjectOwner = createSubjectOwners({ registry, tracking });
  const ownerOfSubject = async (sql: Sql, subject: Subject | null): ReturnType<OwnedNoun['ownerOf']> =>
    subject === null ? null : findSubjectOwner(sql, subject);
  const ownerOfModel = async (sql: Sql, model: string | null): ReturnType<OwnedNoun['ownerOf']> =>
    model === null ? null : registry.ownerOf(sql, model);
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
    optimization: {
      title: 'Optimization',
      async ownerOf(sql, name) {
        const endpoint = await findOptimizedEndpoint(sql, name);
        return endpoint === null ? null : findEndpointOwner(sql, endpoint);
      },
    },
    // A retraining runs its pipeline, and belongs to the team of that.
    retraining: {
      title: 'Retraining',
      async ownerOf(sql, name) {
        const pipeline = await findRetrainedPipeline(sql, name);
        return pipeline === null ? null : findPipelineOwner(sql, pipeline);
      },
    },
    decision: {
      title: 'Decision',
      ownerOf: async (sql, decision) => ownerOfModel(sql, await findDecidedModel(sql, decision)),
    },
    anomaly: {
      title: 'Anomaly',
      async ownerOf(sql, anomaly) {
        const found = await findAnomalyTeam(sql, anomaly);
        return found === null ? null : { ...found, project: null };
      },
    },
    // Of its model, as its alerts.
    monitor: {
      title: 'Monitor',
      async ownerOf(sql, name) {
        const [monitor] = await findMonitors(sql, name);
        return ownerOfModel(sql, monitor?.spec.model ?? null);
      },
    },
    episode: {
      title: 'Alert',
      async ownerOf(sql, episode) {
        return ownerOfModel(sql, await findAlertedModel(sql, episode));
      },
    },
  };
}
