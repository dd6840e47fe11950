import type { EndpointSpec } from '../../mlops/endpoint-spec/schema.ts';
import { lockUntilCommit } from '../../platform/store/index.ts';
import { formatInstant, type OptimizationDeps } from './deps.ts';
import { fileStepNotice } from './notice.ts';
import type { OptimizationDetail } from './schema.ts';
import { type Progress, putOptimization, type StoredOptimization } from './store.ts';

/** The state or the endpoint has changed since it was read: nothing was written, and the next look reads both again. */
export class Outdated extends Error {}

export type StepName = OptimizationDetail['timeline'][number]['what'];

export interface Move {
  readonly what: StepName;
  /** The step in one sentence. */
  readonly text: string;
  readonly actor: string;
  /** New document of the endpoint; null: it stays as it is. */
  readonly spec: EndpointSpec | null;
  /** Changed fields of the optimization. */
  readonly shown: Partial<OptimizationDetail>;
  readonly progress?: Partial<Progress>;
  /** Inputs of the decision in addition to the optimization itself. */
  readonly evidence: Readonly<Record<string, unknown>>;
}

const ACTS = {
  proposed: 'approved',
  started: 'applied',
  advanced: 'applied',
  kept: 'applied',
  rolled_back: 'undone',
  undone: 'undone',
  stopped: 'undone',
  resumed: 'approved',
  closed: 'applied',
} as const satisfies Record<StepName, string>;

/**
 * One step: the revision of the endpoint, the state, the decision and the event are there together, or none is. A server that is killed
 * continues with the state before or after the step. Errors: {@link Outdated}; those of the endpoint's document.
 */
export async function takeStep(
  deps: OptimizationDeps,
  stored: StoredOptimization,
  move: Move,
): Promise<StoredOptimization> {
  const { store, clock, serving, events } = deps;
  const next = await store.transaction(async (sql) => {
    const { optimization, endpoint } = stored.shown;
    await lockUntilCommit(sql, `optimization ${endpoint}`);
    const revision = await changeEndpoint(deps, sql, stored, move);
    const at = formatInstant(clock.now());
    const subject = { endpoint, ...toSubject(stored.shown) };
    const decision = await deps.recordAct(sql, {
      ...{
        act: ACTS[move.what],
        actor: move.actor,
        about: `optimization:${optimization}`,
        subject,
        summary: move.text,
      },
      evidence: { step: move.what, spec: stored.shown.spec, revision, ...move.evidence },
    });
    const entry = { at, what: move.what, text: move.text, by: move.actor, decision };
    const shown = { ...stored.shown, ...move.shown, timeline: [...stored.shown.timeline, entry] };
    const changed = { ...stored, shown, progress: { ...stored.progress, ...move.progress, revision } };
    if (!(await putOptimization(sql, changed))) throw new Outdated('it was changed at the same time');
    const payload = { optimization, endpoint, step: move.what, state: shown.state, text: move.text, decision };
    const team = subject.model === undefined ? null : await deps.teamOf(sql, subject.model);
    await fileStepNotice(sql, shown, entry, team === null ? [] : [team]);
    await events.append(sql, { type: 'optimization.changed', subject: `optimization:${optimization}`, payload });
    return { ...changed, version: stored.version + 1 };
  });
  if (move.spec !== null) serving.changes.wake();
  return next;
}

async function changeEndpoint(
  { serving: { changes } }: OptimizationDeps,
  sql: Parameters<OptimizationDeps['recordAct']>[0],
  { shown: { endpoint, optimization }, progress }: StoredOptimization,
  { spec, text }: Move,
): Promise<number | null> {
  if (spec === null) return progress.revision;
  const now = await changes.read(sql, endpoint);
  if (now === null) throw new Outdated(`endpoint "${endpoint}" no longer exists`);
  const from = progress.revision ?? now.revision;
  const made = await changes.change(sql, { endpoint, from, spec, cause: `optimization ${optimization}: ${text}` });
  if (typeof made === 'string') throw new Outdated(made);
  return made;
}

function toSubject({ baseline }: OptimizationDetail): { model?: string; modelVersion?: string } {
  return {
    ...(baseline?.model == null ? {} : { model: baseline.model }),
    ...(baseline?.version == null ? {} : { modelVersion: baseline.version }),
  };
}
