import type { OwnerLimit } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import {
  buildAttributes,
  buildInvalidFilter,
  checkMaxResults,
  decodePageToken,
  encodePageToken,
  type KeysetPosition,
  parseFilter,
  parseOrderings,
  type Vocabulary,
} from '../wire/index.ts';
import { includesPrompts, type RegistryQuery, searchModels, searchVersions } from './search-store.ts';
import type { ModelVersion, Page, RegisteredModel, SearchInput } from './types.ts';

const entities = { attribute: 'attribute', tag: 'tag', tags: 'tag' } as const;

const modelVocabulary: Vocabulary = { entities, attributes: buildAttributes({ name: 'list' }), nullable: [] };

const modelOrder: Vocabulary = {
  entities,
  attributes: {
    ...buildAttributes({ name: 'text', creation_timestamp: 'number', last_updated_timestamp: 'number' }),
    timestamp: { name: 'last_updated_timestamp', kind: 'number' },
  },
  nullable: [],
};

const versionVocabulary: Vocabulary = {
  entities,
  attributes: {
    ...buildAttributes({ name: 'list', run_id: 'list', source_path: 'text' }),
    version_number: { name: 'version_number', kind: 'number', quotable: true },
  },
  nullable: [],
};

const versionOrder: Vocabulary = {
  entities,
  attributes: {
    name: { name: 'model', kind: 'text' },
    version_number: { name: 'version', kind: 'number' },
    ...buildAttributes({ creation_timestamp: 'number', last_updated_timestamp: 'number' }),
  },
  nullable: [],
};

export interface RegistrySearch extends SearchInput {
  /** Only models of these owners; null: of all. */
  readonly owners: OwnerLimit | null;
}

const MAX_MODELS_A_PAGE = 1000;
const MAX_VERSIONS_A_PAGE = 200_000;

/** Registered models, by default sorted by name. Errors: `search_filter_invalid`, `invalid_page_token`. */
export function searchRegisteredModels(sql: Sql, input: RegistrySearch): Promise<Page<RegisteredModel>> {
  return search(input, {
    name: 'registered models',
    limit: MAX_MODELS_A_PAGE,
    filter: modelVocabulary,
    order: modelOrder,
    columns: ['name', 'creation_timestamp', 'last_updated_timestamp'],
    byDefault: [],
    tail: [{ column: 'name', ascending: true }],
    run: (query) => searchModels(sql, query),
  });
}

/** Versions, by default the last changed first. */
export function searchModelVersions(sql: Sql, input: RegistrySearch): Promise<Page<ModelVersion>> {
  return search(input, {
    name: 'model versions',
    limit: MAX_VERSIONS_A_PAGE,
    filter: versionVocabulary,
    order: versionOrder,
    columns: ['model', 'version', 'creation_timestamp', 'last_updated_timestamp'],
    byDefault: [{ column: 'last_updated_timestamp', ascending: false }],
    tail: [
      { column: 'model', ascending: true },
      { column: 'version', ascending: false },
    ],
    run: (query) => searchVersions(sql, query),
  });
}

interface Order<Column> {
  readonly column: Column;
  readonly ascending: boolean;
}

interface Search<Column extends string, T> {
  readonly name: string;
  readonly limit: number;
  readonly filter: Vocabulary;
  readonly order: Vocabulary;
  readonly columns: readonly Column[];
  readonly byDefault: readonly Order<Column>[];
  /** Makes the order total. */
  readonly tail: readonly Order<Column>[];
  readonly run: (query: RegistryQuery<Column>) => Promise<{ items: T[]; positions: KeysetPosition[] }>;
}

async function search<Column extends string, T>(input: RegistrySearch, of: Search<Column, T>): Promise<Page<T>> {
  const limit = checkMaxResults(input.maxResults, of.limit);
  const comparisons = parseFilter(input.filter, of.filter);
  const order = parseOrder(input.orderBy, of);
  const { owners } = input;
  const query = [of.name, input.filter, input.orderBy, ...(owners === null ? [] : [owners])];
  const position = decodePageToken(input.pageToken, query, order.length);
  const prompts = includesPrompts(comparisons);
  const found = await of.run({ comparisons, owners, order, prompts, position, limit: limit + 1 });
  const last = found.items.length > limit ? found.positions[limit - 1] : undefined;
  return {
    items: found.items.slice(0, limit),
    nextPageToken: last === undefined ? null : encodePageToken(query, last),
  };
}

function parseOrder<Column extends string, T>(orderBy: readonly string[], of: Search<Column, T>): Order<Column>[] {
  const asked = parseOrderings(orderBy, of.order).map(({ entity, key, ascending }) => {
    const column = entity === 'attribute' ? of.columns.find((name) => name === key) : undefined;
    if (column === undefined) throw buildInvalidFilter(`Invalid order_by entity: ${entity}`);
    return { column, ascending };
  });
  const order = asked.length > 0 ? asked : of.byDefault;
  return [...order, ...of.tail.filter((step) => order.every(({ column }) => column !== step.column))];
}
