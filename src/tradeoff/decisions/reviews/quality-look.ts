import type { Events } from '../../../platform/events/index.ts';
import type { Sql, Store } from '../../../platform/store/index.ts';
import { digestEvidence } from '../evidence-digest.ts';
import type { TakenRecord } from '../schema.ts';
import { findDecisionsAt } from '../store.ts';
import { QUALITY_CHANGED } from './causes.ts';
import { findLatest, findStamps, putStamp } from './store.ts';

export interface QualityLookDeps {
  readonly store: Store;
  readonly events: Pick<Events, 'append'>;
  /**
   * Everything that the quality evidence of a version is made of, as a JSON value that changes when it does: its metrics, and its
   * evaluations and labels where they count.
   */
  readonly qualityOf: (sql: Sql, version: { readonly model: string; readonly version: string }) => Promise<unknown>;
}

const DECISIONS_A_READ = 100;

/** Keeps the state of the quality evidence at the decision, in its transaction. */
export async function stampQuality(deps: QualityLookDeps, sql: Sql, decision: TakenRecord): Promise<void> {
  await putStamp(sql, decision.decision, await computeStamp(deps, sql, decision));
}

/**
 * Compares the quality evidence of the latest decisions with its state at the look before, and appends an event for each decision whose
 * evidence changed. A decision without a stored state, from before it was stored, gets the present one.
 */
export async function lookAtQuality(deps: QualityLookDeps, signal: AbortSignal): Promise<void> {
  const sequences = await findLatest(deps.store);
  for (let start = 0; start < sequences.length; start += DECISIONS_A_READ) {
    signal.throwIfAborted();
    const decisions = await findDecisionsAt(deps.store, sequences.slice(start, start + DECISIONS_A_READ));
    const stamps = await findStamps(
      deps.store,
      decisions.map(({ record }) => record.decision),
    );
    for (const { record } of decisions) {
      const before = stamps.get(record.decision);
      if (before !== (await computeStamp(deps, deps.store, record))) await noteQuality(deps, record);
    }
  }
}

async function noteQuality(deps: QualityLookDeps, record: TakenRecord): Promise<void> {
  const { store, events } = deps;
  const { decision, model } = record;
  await store.transaction(async (sql) => {
    const before = (await findStamps(sql, [decision])).get(decision);
    const now = await computeStamp(deps, sql, record);
    if (before === now) return;
    await putStamp(sql, decision, now);
    if (before === undefined) return;
    const versions = listVersions(record).map((version) => `${model}/${version}`);
    await events.append(sql, {
      type: QUALITY_CHANGED,
      subject: `decision:${decision}`,
      payload: { decision, versions },
    });
  });
}

async function computeStamp({ qualityOf }: QualityLookDeps, sql: Sql, record: TakenRecord): Promise<string> {
  const { model } = record;
  const qualities = [];
  for (const version of listVersions(record)) qualities.push(await qualityOf(sql, { model, version }));
  return digestEvidence(qualities);
}

/** The version and the champion that the decision compared it with. */
function listVersions({ version, evidence }: TakenRecord): string[] {
  return [...new Set([version, ...(evidence.champion === null ? [] : [evidence.champion.version])])];
}
