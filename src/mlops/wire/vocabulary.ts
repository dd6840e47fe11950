export type Entity = 'attribute' | 'metric' | 'param' | 'tag' | 'dataset' | 'cost';
export type Operator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'LIKE'
  | 'ILIKE'
  | 'IN'
  | 'NOT IN'
  | 'IS NULL'
  | 'IS NOT NULL';

/** `list`: a text that also takes `IN (…)`; `id`: text that takes only `=`, `!=` and lists. */
export type AttributeKind = 'text' | 'list' | 'id' | 'number';

export interface Attribute {
  /** Canonical name, which aliases share. */
  readonly name: string;
  readonly kind: AttributeKind;
  /** True for a number that may also be written as text: `version_number = '1'`. */
  readonly quotable?: true;
}

/** Names that one kind of search may use; the grammar is the same for all. */
export interface Vocabulary {
  /** Spelling of each entity -> entity. A key without one is an attribute. */
  readonly entities: Readonly<Record<string, Entity>>;
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Entities that take `IS NULL` and `IS NOT NULL`. */
  readonly nullable: readonly Entity[];
  /** Keys of `cost.<key>`. Not among `entities`: MLflow lacks this entity, and its error texts list its entities. */
  readonly costs?: Readonly<Record<string, Attribute>>;
  /** True where params and tags also take `IN (…)` (logged models). */
  readonly listsEverywhere?: boolean;
}

const NUMERIC: readonly Operator[] = ['=', '!=', '<', '<=', '>', '>='];
const TEXT: readonly Operator[] = ['=', '!=', 'LIKE', 'ILIKE'];
const LISTS: readonly Operator[] = ['IN', 'NOT IN'];
const NULLS: readonly Operator[] = ['IS NULL', 'IS NOT NULL'];

export function buildAttributes(kinds: Readonly<Record<string, AttributeKind>>): Record<string, Attribute> {
  return Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, { name, kind }]));
}

/** The operators that a key of this entity takes. `attribute` is null for every other entity. */
export function listOperators(
  vocabulary: Vocabulary,
  entity: Entity,
  attribute: Attribute | null,
): readonly Operator[] {
  if (entity === 'metric' || attribute?.kind === 'number') return NUMERIC;
  const lists = vocabulary.listsEverywhere === true || entity === 'dataset' || attribute?.kind === 'list';
  const nulls = vocabulary.nullable.includes(entity) ? NULLS : [];
  if (attribute?.kind === 'id') return ['=', '!=', ...LISTS];
  return [...TEXT, ...(lists ? LISTS : []), ...nulls];
}
