import { buildInvalidFilter } from '../wire/index.ts';
import { tagKeys } from './types.ts';

export type Operator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'LIKE'
  | 'ILIKE'
  | 'RLIKE'
  | 'IN'
  | 'NOT IN'
  | 'IS NULL'
  | 'IS NOT NULL';

export type TraceEntity =
  | 'attribute'
  | 'tag'
  | 'metadata'
  | 'span'
  | 'feedback'
  | 'expectation'
  | 'issue'
  | 'prompt'
  | 'run';

const ENTITIES: Readonly<Record<string, TraceEntity>> = {
  attribute: 'attribute',
  attributes: 'attribute',
  trace: 'attribute',
  tag: 'tag',
  tags: 'tag',
  metadata: 'metadata',
  request_metadata: 'metadata',
  span: 'span',
  feedback: 'feedback',
  expectation: 'expectation',
  issue: 'issue',
};

const NUMBERS: Readonly<Record<string, string>> = {
  timestamp: 'request_time',
  timestamp_ms: 'request_time',
  execution_time: 'execution_duration',
  execution_time_ms: 'execution_duration',
  end_time: 'end_time',
  end_time_ms: 'end_time',
  experiment_id: 'experiment_id',
};
const TEXTS: Readonly<Record<string, string>> = {
  request_id: 'trace_id',
  trace_id: 'trace_id',
  status: 'state',
  client_request_id: 'client_request_id',
};
const SPAN_KEYS: readonly string[] = ['name', 'type', 'status', 'content'];
const ATTRIBUTES = [...Object.keys(NUMBERS), ...Object.keys(TEXTS), 'name', 'run_id', 'prompt', 'text'];

/** Operators of numbers alone. */
export const ORDER: readonly Operator[] = ['<', '<=', '>', '>='];
const COMPARE: readonly Operator[] = ['=', '!=', ...ORDER];
const MATCH: readonly Operator[] = ['=', '!=', 'LIKE', 'ILIKE', 'RLIKE'];
const LISTS: readonly Operator[] = ['IN', 'NOT IN'];
const NULLS: readonly Operator[] = ['IS NULL', 'IS NOT NULL'];

/** Key of a condition or a sort order. */
export interface Key {
  readonly entity: TraceEntity;
  readonly key: string;
}

/** `status` -> `['status']`, `tags.env` -> `['tags', 'env']`. Error: `search_filter_invalid`. */
export function parseKey(parts: readonly string[]): Key {
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return parseAttributeKey(first);
  const entity = Object.hasOwn(ENTITIES, first) ? ENTITIES[first] : undefined;
  if (entity === undefined) {
    throw buildInvalidFilter(`Invalid entity type '${first}'. Valid values are ${Object.keys(ENTITIES).join(', ')}`);
  }
  const key = rest.join('.');
  if (entity === 'attribute') return parseAttributeKey(key);
  if (entity === 'span' && !SPAN_KEYS.includes(key) && !/^attributes\../s.test(key)) {
    throw buildInvalidFilter(
      `Invalid span attribute '${key}'. Supported attributes: name, status, type, attributes.<attribute_name>.`,
    );
  }
  if (entity === 'issue' && key !== 'id') {
    throw buildInvalidFilter(`Invalid issue attribute '${key}'. Supported attributes: id`);
  }
  return { entity, key };
}

function parseAttributeKey(name: string): Key {
  if (name === 'name') return { entity: 'tag', key: tagKeys.name };
  if (name === 'run_id') return { entity: 'run', key: 'run_id' };
  if (name === 'prompt') return { entity: 'prompt', key: 'prompt' };
  if (name === 'text') return { entity: 'span', key: 'content' };
  const column = Object.hasOwn(NUMBERS, name) ? NUMBERS[name] : Object.hasOwn(TEXTS, name) ? TEXTS[name] : undefined;
  if (column !== undefined) return { entity: 'attribute', key: column };
  throw buildInvalidFilter(`Invalid attribute key '${name}' specified. Valid keys are '${ATTRIBUTES.join(', ')}'`);
}

/** Whether its values are numbers only. */
export function isNumeric({ entity, key }: Key): boolean {
  return entity === 'attribute' && Object.values(NUMBERS).includes(key);
}

/** The operators that it takes. */
export function listOperators(key: Key): readonly Operator[] {
  if (isNumeric(key)) return COMPARE;
  switch (key.entity) {
    case 'attribute':
      return [...MATCH, ...LISTS];
    case 'run':
      return [...MATCH, ...LISTS, ...NULLS];
    case 'span':
      return key.key === 'content' ? ['LIKE', 'ILIKE'] : [...MATCH, ...LISTS];
    case 'tag':
      return key.key === tagKeys.name ? [...MATCH, ...LISTS, ...NULLS] : [...MATCH, ...NULLS];
    case 'metadata':
      return [...MATCH, ...NULLS];
    case 'issue':
    case 'prompt':
      return ['='];
    default:
      return [...COMPARE, 'LIKE', 'ILIKE', 'RLIKE', ...NULLS];
  }
}
