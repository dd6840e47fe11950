import type { Subject } from '../../org/schema.ts';
import { type OwnerLimit, selectWithinLimit } from '../../platform/http/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { pageActs } from './acts-store.ts';
import type { DecidedAct } from './schema.ts';

export interface VisibleActsDeps {
  readonly store: Store;
  /** Owner of the subject of an act; null: none. Implemented by bridges. */
  readonly findOwner: (
    sql: Sql,
    subject: Subject,
  ) => Promise<{ readonly team: string | null; readonly project: string | null } | null>;
}

export interface ActsPage {
  /** null: about any subject. */
  readonly about: string | null;
  /** Sequence of the last act of the page before; null for the first page. */
  readonly after: number | null;
  readonly limit: number;
}

type PlacedAct = Awaited<ReturnType<typeof pageActs>>[number];

/** Acts about subjects of these owners (null: of all), newest first. */
export async function pageVisibleActs(
  { store, findOwner }: VisibleActsDeps,
  owners: OwnerLimit | null,
  { about, after, limit }: ActsPage,
): Promise<PlacedAct[]> {
  if (owners === null) return pageActs(store, about, after, limit);
  const found: PlacedAct[] = [];
  for (let from = after; ; ) {
    const acts = await pageActs(store, about, from, limit);
    const own = await selectWithinLimit(owners, acts, {
      key: ({ act }) => JSON.stringify(act.subject),
      findOwner: ({ act }) => findOwner(store, act.subject),
    });
    found.push(...own.map(({ sequence, act }) => ({ sequence, act: hideReason(act) })));
    const last = acts.at(-1);
    if (last === undefined || acts.length < limit || found.length >= limit) return found.slice(0, limit);
    from = last.sequence;
  }
}

/** The reason against a promotion may state the amounts of a budget outside of the teams of the caller. */
function hideReason(act: DecidedAct): DecidedAct {
  if (act.act !== 'overridden') return act;
  const { alias, from, to } = act.evidence;
  return { ...act, evidence: { alias, from, to } };
}
