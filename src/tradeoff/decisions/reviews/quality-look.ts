import type { Events } from '../../../platform/events/index.ts';
import type { Sql, Store } from '../../../platform/store/index.ts';
import { digestEvidence } from '../evidence-digest.ts';
import type { TakenRecord } from '../schema.ts';
import { findDecisionsAt } from '../store.ts';
import { QUALITY_CHANGED } from './causes.ts';
import { findLatest, findStamps, putStamp, type QualityStamp } from './store.ts';

export interface QualityLookDeps {
  readonly store: Store;
  readonly events: Pick<Events, 'append'>;
  /**
   * Inputs of the quality evidence of a version as a JSON value that changes with them: its metrics, and its evaluations and labels
   * where they count.
   */
  readonly qualityOf: (sql: Sql, version: { readonly model: string; readonly version: string }) => Promise<unknown>;
}

/** Decisions of a look: the newest ones that can be in force. */
const MOST_DECISIONS = 1_000;
const DECISIONS_A_READ = 100;

/** Keeps the state of the quality evidence at the decision, in its transaction. */
export async function stampQuality(
  deps: QualityLookDeps,
  sql: Sql,
  { sequence, record }: { readonly sequence: number; readonly record: TakenRecord },
): Promise<void> {
  const { decision, model, version, evidence } = record;
  const champion = evidence.champion === null ? [] : [evidence.champion.version];
  const versions = [...new Set([version, ...champion])];
  const sha256 = await computeStamp(deps, sql, { model, versions });
  await putStamp(sql, { sequence, decision, model, versions, sha256 });
}

/**
 * Compares the quality evidence of the newest decisions with its state at the look before, and appends an event for each decision whose
 * evidence changed. A decision without a stored state, from before it was stored, gets the present one.
 */
export async function lookAtQuality(deps: QualityLookDeps, signal: AbortSignal): Promise<void> {
  const { store } = deps;
  const newest = (await findLatest(store)).toSorted((one, other) => other - one).slice(0, MOST_DECISIONS);
  for (let start = 0; start < newest.length; start += DECISIONS_A_READ) {
    signal.throwIfAborted();
    const sequences = newest.slice(start, start + DECISIONS_A_READ);
    const stamps = await findStamps(store, sequences);
    const missing = sequences.filter((sequence) => !stamps.has(sequence));
    for (const stored of await findDecisionsAt(store, missing)) await stampQuality(deps, store, stored);
    for (const stamp of stamps.values()) {
      if (stamp.sha256 !== (await computeStamp(deps, store, stamp))) await noteChange(deps, stamp);
    }
  }
}

async function noteChange(deps: QualityLookDeps, { sequence }: QualityStamp): Promise<void> {
  const { store, events } = deps;
  await store.transaction(async (sql) => {
    const before = (await findStamps(sql, [sequence])).get(sequence);
    if (before === undefined) return;
    const sha256 = await computeStamp(deps, sql, before);
    if (before.sha256 === sha256) return;
    await putStamp(sql, { ...before, sha256 });
    const { decision, model } = before;
    const versions = before.versions.map((version) => `${model}/${version}`);
    await events.append(sql, {
      type: QUALITY_CHANGED,
      subject: `decision:${decision}`,
      payload: { decision, versions },
    });
  });
}

async function computeStamp(
  { qualityOf }: QualityLookDeps,
  sql: Sql,
  { model, versions }: Pick<QualityStamp, 'model' | 'versions'>,
): Promise<string> {
  const qualities = [];
  for (const version of versions) qualities.push(await qualityOf(sql, { model, version }));
  return digestEvidence(qualities);
}
