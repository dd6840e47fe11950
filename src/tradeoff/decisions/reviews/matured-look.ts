import type { Events } from '../../../platform/events/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { MaturedEvidence, MaturedQuestion } from '../../evidence/index.ts';
import { digestEvidence } from '../evidence-digest.ts';
import type { TakenRecord } from '../schema.ts';
import { findDecisionsAt } from '../store.ts';
import { MATURED_CHANGED, type MaturedKind } from './causes.ts';
import { findLatest, findMaturedStamps, putMaturedStamp } from './store.ts';

export interface MaturedLookDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Store;
  readonly events: Pick<Events, 'append'>;
  readonly evidence: { readonly matured: MaturedEvidence };
}

interface Watched extends Pick<MaturedQuestion, 'model' | 'versions'> {
  readonly sequence: number;
  readonly decision: string;
  readonly takenAt: number;
  readonly kinds: readonly MaturedKind[];
}

/** Decisions of a look: the newest ones that can be in force. */
const MOST_DECISIONS = 1_000;
const DECISIONS_A_READ = 100;

/**
 * A look at the matured evidence of the newest decisions that tested it. Traffic matures at each moment, and a decision is not judged
 * again at each: predictions count that were matured at the start of the UTC day or, before the first such start, at the decision.
 * Labels of these that came late count at the next look. Appends an event for each decision whose evidence changed.
 */
export function createMaturedLook(deps: MaturedLookDeps): (signal: AbortSignal) => Promise<void> {
  const { clock, store, evidence } = deps;
  // The tests of a decision never change, and its record is large.
  const known = new Map<number, Watched>();
  let seen = '';
  return async (signal) => {
    const knownAt = clock.now();
    const day = Math.floor(knownAt / DAY_MS) * DAY_MS;
    const newest = (await findLatest(store)).toSorted((one, other) => other - one).slice(0, MOST_DECISIONS);
    const state = JSON.stringify([day, newest, await evidence.matured.state(store)]);
    if (state === seen) return;
    await readUnknown(store, known, newest);
    const look = createReader(deps, knownAt);
    let isComplete = true;
    for (const watched of known.values()) {
      for (const kind of watched.kinds) {
        signal.throwIfAborted();
        isComplete = (await look(watched, kind, Math.max(day, watched.takenAt))) && isComplete;
      }
    }
    // Evidence that could not be read is read again at the next look.
    seen = isComplete ? state : '';
  };
}

async function readUnknown(store: Store, known: Map<number, Watched>, newest: readonly number[]): Promise<void> {
  const wanted = new Set(newest);
  for (const sequence of known.keys()) if (!wanted.has(sequence)) known.delete(sequence);
  const missing = newest.filter((sequence) => !known.has(sequence));
  for (let start = 0; start < missing.length; start += DECISIONS_A_READ) {
    for (const { sequence, record } of await findDecisionsAt(store, missing.slice(start, start + DECISIONS_A_READ)))
      known.set(sequence, toWatched(sequence, record));
  }
}

function toWatched(sequence: number, { decision, at, model, version, evidence }: TakenRecord): Watched {
  const { quality, cost, alpha } = evidence.policy.spec;
  const isLive = alpha !== undefined && quality.some(({ source }) => source === 'live');
  const isValued = cost.some(({ measure }) => measure === 'roi');
  const champion = evidence.champion === null ? [] : [evidence.champion.version];
  return {
    ...{ sequence, decision, model, takenAt: Date.parse(at) },
    versions: [...new Set([version, ...champion])],
    kinds: [...(isLive ? ['labels' as const] : []), ...(isValued ? ['value' as const] : [])],
  };
}

/** Compares the evidence of a decision with that of the look before; false where it could not be read, which is logged. */
function createReader(deps: MaturedLookDeps, knownAt: number) {
  const { store, log, evidence } = deps;
  const digests = new Map<string, Promise<string>>();
  /** Decisions about the same versions share a reading. */
  const digest = (kind: MaturedKind, question: MaturedQuestion): Promise<string> => {
    const key = JSON.stringify([kind, question]);
    const found = digests.get(key) ?? evidence.matured[kind](store, question).then(digestEvidence);
    digests.set(key, found);
    return found;
  };
  return async ({ sequence, decision, model, versions, takenAt }: Watched, kind: MaturedKind, maturedAt: number) => {
    try {
      const before =
        (await findMaturedStamps(store, kind, [sequence])).get(sequence) ??
        (await digest(kind, { model, versions, maturedAt: takenAt, knownAt: takenAt }));
      const sha256 = await digest(kind, { model, versions, maturedAt, knownAt });
      await keepStamp(deps, { sequence, decision, kind, model, versions, before, sha256 });
      return true;
    } catch (err) {
      log.error({ err, decision, kind }, 'the matured evidence of a decision could not be read; the next look retries');
      return false;
    }
  };
}

interface Stamp extends Pick<Watched, 'sequence' | 'decision' | 'model' | 'versions'> {
  readonly kind: MaturedKind;
  readonly before: string;
  readonly sha256: string;
}

async function keepStamp({ store, events }: MaturedLookDeps, stamp: Stamp): Promise<void> {
  const { sequence, decision, kind, model, versions, before, sha256 } = stamp;
  await store.transaction(async (sql) => {
    const stored = (await findMaturedStamps(sql, kind, [sequence])).get(sequence);
    // Another server was quicker, or nothing is new.
    if (stored === sha256 || (stored !== undefined && stored !== before)) return;
    await putMaturedStamp(sql, { sequence, kind, sha256 });
    if (before === sha256) return;
    const named = versions.map((version) => `${model}/${version}`);
    const payload = { decision, versions: named };
    await events.append(sql, { type: MATURED_CHANGED[kind], subject: `decision:${decision}`, payload });
  });
}
