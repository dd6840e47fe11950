import { type Identity, isWorkVisible, refuseHidden } from '../../platform/http/index.ts';
import type { Owner } from '../tracking/index.ts';
import { findOwnerOfTrace, parseExperimentId } from './belongings.ts';
import type { Belonging, WriteAccessDeps } from './deps.ts';
import { refuseOtherTeam, refuseStep } from './refusals.ts';

/**
 * One check per noun; each refuses with `not_permitted`. A missing entity passes: the handler reports it as not found.
 */
export interface Checks {
  run(identity: Identity, runId: string): Promise<void>;
  experiment(identity: Identity, experimentId: string): Promise<void>;
  /** The experiment of a new run, trace or logged model: one without a team takes those of all teams. */
  place(identity: Identity, experimentId: string): Promise<void>;
  loggedModel(identity: Identity, modelId: string): Promise<void>;
  model(identity: Identity, name: string): Promise<void>;
  /** Existing traces. The team of a trace comes from its tags, else from its run, else from its experiment. */
  traces(identity: Identity, traceIds: readonly string[]): Promise<void>;
  /** A thing of one of the further nouns, by the field that names it. */
  owned(identity: Identity, field: string, name: string): Promise<void>;
  /** Fields that name a thing of one of the further nouns. */
  readonly ownedFields: readonly string[];
  /** A new value of the tags that name the owner of an entity. */
  belonging(identity: Identity, belonging: Belonging): Promise<void>;
}

/** Runs nested in each other that are followed up to the run of a step. */
const DEEPEST = 10;
export function isFree({ scopes, role }: Identity): boolean {
  return scopes === null || role === 'admin' || role === 'operator';
}

export function createChecks(deps: WriteAccessDeps): Checks {
  const { store, org, tracking, registry } = deps;
  const teamOf = async ({ team, project }: Belonging): Promise<string | null> => {
    const subject = { ...(team === null ? {} : { team }), ...(project === null ? {} : { project }) };
    return (await org.withTeam(store, subject)).team ?? null;
  };
  const refuseTeam = async (identity: Identity, belonging: Belonging, what: string): Promise<void> => {
    const team = await teamOf(belonging);
    if (team === null || (await org.mayWriteFor(store, team, identity.name))) return;
    throw refuseOtherTeam(identity, team, what);
  };
  /** A write answers with the thing, so that what a caller may not read is refused, too. */
  const refuseOthers = async (identity: Identity, belonging: Belonging, what: string): Promise<void> => {
    if (!isWorkVisible(identity, belonging)) throw refuseHidden(identity, what);
    return refuseTeam(identity, belonging, what);
  };
  const checkExperiment = async (
    identity: Identity,
    experimentId: string,
    refuse: typeof refuseTeam,
  ): Promise<void> => {
    if (isFree(identity)) return;
    if (identity.work !== null) {
      if (experimentId === String(identity.work.experimentId)) return;
      throw refuseStep(`experiment ${experimentId}`);
    }
    const id = parseExperimentId(experimentId);
    const owner = id === null ? null : await tracking.owners.ofExperiment(store, id);
    if (owner !== null) await refuse(identity, owner, `Experiment ${experimentId}`);
  };
  /** Whether a run is the step's run, or was started under it. */
  const isUnder = async (own: string | null, runId: string): Promise<boolean> => {
    let at: string | null = runId;
    for (let depth = 0; at !== null && own !== null && depth < DEEPEST; depth += 1) {
      if (at === own) return true;
      const owner: Owner | null = await tracking.owners.ofRun(store, at);
      at = owner?.parentRunId ?? null;
    }
    return false;
  };
  return {
    async run(identity, runId) {
      if (isFree(identity)) return;
      const { work } = identity;
      if (work !== null) {
        if (await isUnder(work.runId, runId)) return;
        throw refuseStep(`run ${runId}`);
      }
      const owner = await tracking.owners.ofRun(store, runId);
      if (owner !== null) await refuseOthers(identity, owner, `Run ${runId}`);
    },
    experiment: (identity, experimentId) => checkExperiment(identity, experimentId, refuseOthers),
    place: (identity, experimentId) => checkExperiment(identity, experimentId, refuseTeam),
    async loggedModel(identity, modelId) {
      if (isFree(identity)) return;
      const owner = await tracking.owners.ofLoggedModel(store, modelId);
      if (identity.work !== null) {
        if (owner?.parentRunId != null && (await isUnder(identity.work.runId, owner.parentRunId))) return;
        throw refuseStep(`logged model ${modelId}`);
      }
      if (owner !== null) await refuseOthers(identity, owner, `Logged model ${modelId}`);
    },
    async model(identity, name) {
      if (isFree(identity)) return;
      const owner = await registry.ownerOf(store, name);
      if (owner === null) return;
      if (identity.work === null) return refuseOthers(identity, owner, `Model ${name}`);
      const own = identity.work.runId === null ? null : await tracking.owners.ofRun(store, identity.work.runId);
      const team = await teamOf(owner);
      if (team !== null && (own === null || (await teamOf(own)) !== team)) throw refuseStep(`model ${name}`);
    },
    async belonging(identity, belonging) {
      if (isFree(identity) || (belonging.team === null && belonging.project === null)) return;
      if (identity.work === null) return refuseOthers(identity, belonging, 'An entity with these tags');
      const own = identity.work.runId === null ? null : await tracking.owners.ofRun(store, identity.work.runId);
      if (own !== null && (await teamOf(own)) === (await teamOf(belonging))) return;
      throw refuseStep('another team');
    },
    ...createOwnedChecks(deps, refuseOthers),
  };
}

/** The checks that are not for the token of a step, except for traces: those of its experiment. */
function createOwnedChecks(
  { store, tracking, traces, owned }: WriteAccessDeps,
  refuseOthers: (identity: Identity, belonging: Belonging, what: string) => Promise<void>,
): Pick<Checks, 'traces' | 'owned' | 'ownedFields'> {
  return {
    ownedFields: Object.keys(owned),
    async owned(identity, field, name) {
      const noun = owned[field];
      if (noun === undefined || isFree(identity) || identity.work !== null) return;
      const owner = await noun.ownerOf(store, name);
      if (owner !== null) await refuseOthers(identity, owner, `${noun.title} ${name}`);
    },
    async traces(identity, traceIds) {
      if (isFree(identity) || traceIds.length === 0) return;
      const found = [...(await traces.ownersOf(store, traceIds))];
      // Most traces of a request have the same owner, which is checked once.
      const distinct = new Map(found.map(([traceId, owner]) => [JSON.stringify(owner), { traceId, owner }]));
      for (const { traceId, owner } of distinct.values()) {
        if (identity.work === null) {
          const belonging = await findOwnerOfTrace(tracking, store, owner);
          if (belonging !== null) await refuseOthers(identity, belonging, `Trace ${traceId}`);
        } else if (owner.experimentId !== identity.work.experimentId) throw refuseStep(`trace ${traceId}`);
      }
    },
  };
}
