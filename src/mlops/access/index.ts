import type { WorkGrant } from '../../platform/http/index.ts';
import type { CheckTraces } from '../tracing/index.ts';
import { type ArtifactWrites, readOwner } from '../tracking/index.ts';
import type { CheckMessage } from '../wire/index.ts';
import { createChecks, isFree } from './checks.ts';
import type { WriteAccessDeps } from './deps.ts';
import { checkEndpoint, type EndpointWrite } from './endpoint-writes.ts';
import { checkMessage } from './mlflow-writes.ts';
import { createReadAccess, type ReadAccess } from './reads.ts';
import { refuseStep } from './refusals.ts';

export type { OwnedNoun } from './deps.ts';
export type { EndpointWrite } from './endpoint-writes.ts';

/** Write access to runs, experiments, models and artifacts, in addition to the scope of the route. */
export interface WriteAccess {
  /** Checks a message of MLflow's protocol. */
  readonly message: CheckMessage;
  /** Checks a request to an endpoint of Steelyard's API. */
  endpoint(write: EndpointWrite): Promise<void>;
  /** Checks spans sent by OTLP. */
  readonly traces: CheckTraces;
  readonly artifacts: ArtifactWrites;
  /** Read access of callers who see the data of their teams only. */
  readonly reads: ReadAccess;
  /** Team of the run of a step; null: none. */
  teamOfWork(work: WorkGrant): Promise<string | null>;
}

const RUN_ID = /^[0-9a-f]{32}$/;
const MODEL_ID = /^m-[0-9a-f]{32}$/;

/**
 * Contributors may change entities of a team only as its members. The token of a step may write to the step's run and
 * the runs below it. Administrators and operators pass, and so does every caller on a server without accounts.
 */
export function createWriteAccess(deps: WriteAccessDeps): WriteAccess {
  const { store, org, tracking, registry } = deps;
  const checks = createChecks(deps);
  const reads = createReadAccess(deps);
  return {
    message: (path, call) => checkMessage(checks, reads, path, call),
    reads,
    async teamOfWork({ runId, experimentId }) {
      const ofRun = runId === null ? null : await tracking.owners.ofRun(store, runId);
      const owner = ofRun ?? (await tracking.owners.ofExperiment(store, experimentId));
      if (owner === null || owner.team !== null) return owner?.team ?? null;
      return owner.project === null ? null : ((await org.withTeam(store, { project: owner.project })).team ?? null);
    },
    endpoint: (write) => checkEndpoint(checks, write),
    async traces(identity, { experimentId, runId, traceIds, owners }) {
      await checks.place(identity, experimentId);
      if (runId !== null) await checks.run(identity, runId);
      for (const tags of owners) await checks.belonging(identity, readOwner(tags));
      await checks.traces(identity, traceIds);
    },
    artifacts: {
      reads,
      async check(identity, path, what) {
        await registry.refuseFrozen(store, path, what);
        if (isFree(identity)) return;
        const parts = path.split('/');
        const runs = parts.filter((part) => RUN_ID.test(part));
        const models = parts.filter((part) => MODEL_ID.test(part));
        for (const run of runs) await checks.run(identity, run);
        for (const model of models) await checks.loggedModel(identity, model);
        const named = await Promise.all([
          ...runs.map((run) => tracking.owners.ofRun(store, run)),
          ...models.map((model) => tracking.owners.ofLoggedModel(store, model)),
        ]);
        if (identity.work !== null && named.every((owner) => owner === null))
          throw refuseStep('artifacts without a run');
        const [experiment = ''] = parts;
        if (identity.work === null && runs.length + models.length === 0) await checks.experiment(identity, experiment);
      },
    },
  };
}
