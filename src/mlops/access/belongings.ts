import type { TraceOwner } from '../tracing/index.ts';
import type { Belonging, WriteAccessDeps } from './deps.ts';

/** Owners of the things that requests name; null: there is no such thing. */
export interface Belongings {
  ofRun(runId: string): Promise<Belonging | null>;
  ofExperiment(experimentId: string): Promise<Belonging | null>;
  ofLoggedModel(modelId: string): Promise<Belonging | null>;
  ofModel(name: string): Promise<Belonging | null>;
  ofTrace(traceId: string): Promise<Belonging | null>;
  /** A thing of one of the further nouns, by the field that names it. */
  ofOwned(field: string, name: string): Promise<Belonging | null>;
}

export function createBelongings({ store, tracking, registry, traces, owned }: WriteAccessDeps): Belongings {
  return {
    ofRun: (runId) => tracking.owners.ofRun(store, runId),
    async ofExperiment(experimentId) {
      const id = parseExperimentId(experimentId);
      return id === null ? null : tracking.owners.ofExperiment(store, id);
    },
    ofLoggedModel: (modelId) => tracking.owners.ofLoggedModel(store, modelId),
    ofModel: (name) => registry.ownerOf(store, name),
    async ofTrace(traceId) {
      const owner = (await traces.ownersOf(store, [traceId])).get(traceId);
      return owner === undefined ? null : findOwnerOfTrace(tracking, store, owner);
    },
    ofOwned: async (field, name) => (await owned[field]?.ownerOf(store, name)) ?? null,
  };
}

/** Owner of a trace: from its tags, else from its run, else from its experiment. */
export async function findOwnerOfTrace(
  tracking: WriteAccessDeps['tracking'],
  store: WriteAccessDeps['store'],
  { team, project, runId, experimentId }: TraceOwner,
): Promise<Belonging | null> {
  if (team !== null || project !== null) return { team, project };
  const ofRun = runId === null ? null : await tracking.owners.ofRun(store, runId);
  return ofRun ?? (await tracking.owners.ofExperiment(store, experimentId));
}

/** Null for a text that is no id, which handlers refuse. MLflow takes `+5` and ` 5` as the experiment 5. */
export function parseExperimentId(text: string): number | null {
  const id = Number(text);
  return text.trim() !== '' && Number.isSafeInteger(id) ? id : null;
}
