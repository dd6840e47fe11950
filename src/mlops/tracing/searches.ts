import type { OwnerLimit } from '../../platform/http/index.ts';
import type { Store } from '../../platform/store/index.ts';
import {
  buildInvalidFilter,
  checkMaxResults,
  decodePageToken,
  encodePageToken,
  type KeysetPosition,
} from '../wire/index.ts';
import { loadPatternFilter, type PatternFilter } from './pattern-filter.ts';
import { parseTraceFilter, parseTraceOrderings, type TraceCondition } from './search-grammar.ts';
import { countPositionValues, countTraces, searchTraces, type TraceQuery } from './search-store.ts';
import type { TraceRow } from './tables.ts';
import { readFullTraces } from './trace-store.ts';
import type { TraceInfo } from './types.ts';

const MAX_RESULTS = 500;

export interface TraceSearch {
  /** Ids of experiments; texts that are no number name none. */
  readonly experimentIds: readonly string[];
  readonly filter: string;
  readonly orderBy: readonly string[];
  readonly maxResults: number;
  readonly pageToken: string | undefined;
  /** Only traces of these owners; null: of all. */
  readonly owners: OwnerLimit | null;
}

export interface TraceSearchPage {
  readonly traces: TraceInfo[];
  readonly nextPageToken: string | null;
}

export type Searches = ReturnType<typeof createSearches>;

export function createSearches({ store }: { readonly store: Store }) {
  return {
    async search(search: TraceSearch, limit = MAX_RESULTS): Promise<TraceSearchPage> {
      const maxResults = checkMaxResults(search.maxResults, limit);
      const { conditions, patterns } = split(parseTraceFilter(search.filter));
      const filter = patterns.length === 0 ? null : await loadPatternFilter(patterns);
      const orderings = parseTraceOrderings(search.orderBy);
      const experimentIds = parseExperimentIds(search.experimentIds);
      const query = [search.experimentIds, search.filter, search.orderBy];
      const position = decodePageToken(search.pageToken, query, countPositionValues(orderings));
      if (experimentIds.length === 0) return { traces: [], nextPageToken: null };
      const { owners } = search;
      const wanted = { experimentIds, owners, conditions, orderings, position, limit: maxResults + 1 };
      const matching = filter === null ? readPlainPage(store, wanted) : readPatternPage(store, wanted, filter);
      const { rows, next } = await matching;
      const nextPageToken = next === null ? null : encodePageToken(query, next);
      return { traces: await readFullTraces(store, rows), nextPageToken };
    },
    /** Counts the traces of these experiments that pass the base filter and each filter, and both filters. */
    async correlation(
      { experimentIds, owners }: Pick<TraceSearch, 'experimentIds' | 'owners'>,
      filters: { first: string; second: string; base: string },
    ) {
      const ids = parseExperimentIds(experimentIds);
      const [base, first, second] = [
        refusePatterns(filters.base),
        refusePatterns(filters.first),
        refusePatterns(filters.second),
      ];
      if (ids.length === 0) return { total: 0, first: 0, second: 0, joint: 0 };
      const count = (...more: TraceCondition[]) =>
        countTraces(store, { experimentIds: ids, owners, conditions: [...base, ...more] });
      return {
        total: await count(),
        first: await count(...first),
        second: await count(...second),
        joint: await count(...first, ...second),
      };
    },
  };
}

interface MatchingTraces {
  readonly rows: TraceRow[];
  /** Position of the next page; null on the last. */
  readonly next: KeysetPosition | null;
}

/** Requests one row more than the page, to know whether there is a next page. */
async function readPlainPage(store: Store, query: TraceQuery): Promise<MatchingTraces> {
  const size = query.limit - 1;
  const { rows, positions } = await searchTraces(store, query);
  const last = positions[size - 1];
  return { rows: rows.slice(0, size), next: rows.length > size && last !== undefined ? last : null };
}

/** Limit of traces that one request tests with a regular expression. The page may then have fewer traces, and a token to continue. */
const MOST_CANDIDATES = 5_000;
const CANDIDATES = 250;

async function readPatternPage(store: Store, query: TraceQuery, patterns: PatternFilter): Promise<MatchingTraces> {
  const size = query.limit - 1;
  const found: TraceRow[] = [];
  let position = query.position;
  for (let seen = 0; seen < MOST_CANDIDATES; seen += CANDIDATES) {
    const { rows, positions } = await searchTraces(store, { ...query, position, limit: CANDIDATES });
    const matching = await patterns(store, rows);
    const room = size - found.length;
    const last = matching[room - 1];
    found.push(...matching.slice(0, room));
    if (last !== undefined && (matching.length > room || rows.length === CANDIDATES)) {
      return { rows: found, next: positions[rows.findIndex((row) => row.trace_id === last.trace_id)] ?? null };
    }
    if (rows.length < CANDIDATES) return { rows: found, next: null };
    position = positions.at(-1) ?? null;
  }
  return { rows: found, next: position };
}

/** Conditions that the store can check, and patterns that it cannot. */
function split(all: readonly TraceCondition[]): { conditions: TraceCondition[]; patterns: TraceCondition[] } {
  const isPattern = ({ operator }: TraceCondition) => operator === 'RLIKE';
  return { conditions: all.filter((condition) => !isPattern(condition)), patterns: all.filter(isPattern) };
}

function refusePatterns(filter: string): TraceCondition[] {
  const { conditions, patterns } = split(parseTraceFilter(filter));
  if (patterns.length === 0) return conditions;
  throw buildInvalidFilter('RLIKE is not supported here: counting requires a filter that the store can evaluate.');
}

function parseExperimentIds(ids: readonly string[]): number[] {
  return [...new Set(ids.filter((id) => /^\d{1,15}$/.test(id)).map(Number))];
}
