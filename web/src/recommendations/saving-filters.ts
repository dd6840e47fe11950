import type { ListedRecommendation } from '../../../src/tradeoff/recommendations/schema.ts';
import type { RecommendationsSearch } from './recommendations-search.ts';
import { stateWord } from './words.ts';

const WORDS = { accepted: 'Accepted', in_progress: 'In progress' } as const;

/** State that the server is asked for: accepted and in progress are parts of open. */
export function toServerState(state: RecommendationsSearch['state']): 'open' | 'done' | 'closed' | 'all' {
  return state === undefined || state === 'accepted' || state === 'in_progress' ? 'open' : state;
}

/** Savings of the chosen state, kind and owner. */
export function filterSavings(
  all: readonly ListedRecommendation[],
  { state, kind, owner }: RecommendationsSearch,
): ListedRecommendation[] {
  return all.filter(
    (one) =>
      (kind === undefined || one.kind === kind) &&
      (owner === undefined || isOwnedBy(one, owner)) &&
      ((state !== 'accepted' && state !== 'in_progress') || stateWord(one) === WORDS[state]),
  );
}

function isOwnedBy({ assigned, subject }: ListedRecommendation, owner: string): boolean {
  if (owner === 'none') return assigned === null;
  return assigned?.to.name === owner || subject.team === owner;
}

/** Owners and teams of savings, by name. */
export function listOwners(all: readonly ListedRecommendation[]): string[] {
  const names = all.flatMap(({ assigned, subject }) => [assigned?.to.name ?? [], subject.team ?? []].flat());
  return [...new Set(names)].toSorted();
}
