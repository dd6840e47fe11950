import { quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import { castToText } from './convert.ts';
import { buildCase } from './expressions.ts';
import { type FileColumns, foldName } from './file-columns.ts';
import type { SourceColumn, SourceExpression } from './format.ts';

const TAGS = 'MAP(VARCHAR, VARCHAR)';
/** Prefix of cost categories (defined in AWS), so that they do not collide with tags of the same name. */
const CATEGORY = 'costCategory:';

/** All tags and cost categories of a record as one map; null when it has none. */
export function findCurTags(file: FileColumns, columns: readonly SourceColumn[]): SourceExpression | null {
  const nested = findNestedTags(file);
  if (nested !== null) return nested;
  const tagged = [...file.takeAll('resourceTags'), ...file.takeAll('costCategory')];
  const keys = new Map<string, SourceColumn>();
  for (const column of tagged) {
    const key = parseTagKey(restoreTagName(column.name, columns));
    keys.set(keys.has(key) ? parseTagKey(column.name) : key, column);
  }
  if (keys.size === 0) return null;
  const values = [...keys.values()].map(({ name, type }) => castToText({ sql: quoteIdentifier(name), type }));
  const entries = [...keys.keys()].map((key, index) => `{'k': ${quoteLiteral(key)}, 'v': ${values[index]}}`);
  const sql = `map_from_entries(list_filter([${entries.join(', ')}], lambda entry: entry.v IS NOT NULL))`;
  const isTagged = `coalesce(${values.join(', ')}, NULL) IS NOT NULL`;
  return { sql: buildCase([{ when: isTagged, value: sql }]), type: TAGS, shown: 'resourceTags' };
}

/**
 * `resourceTags/user:Team` -> `Team`, `resource_tags_user_team` -> `team`, `resourceTags/aws:createdBy` -> `aws:createdBy`,
 * `costCategory/Unit` -> `costCategory:Unit`.
 */
export function parseTagKey(column: string): string {
  const category = /^cost_?category[/_](?<key>.+)$/i.exec(column)?.groups?.key;
  if (category !== undefined) return `${CATEGORY}${category}`;
  const tag = /^resource_?tags[/_](?<key>.+)$/i.exec(column)?.groups?.key ?? column;
  return tag.replace(/^user[:_]/, '').replace(/^aws_/, 'aws:');
}

/** The reader renames tags that differ only in case to `Team` and `team_2`; this restores the original key. */
function restoreTagName(name: string, columns: readonly SourceColumn[]): string {
  const base = /^(?<base>.+)_\d+$/.exec(name)?.groups?.base;
  if (base === undefined) return name;
  return columns.some((other) => other.name !== base && other.name.toLowerCase() === base.toLowerCase()) ? base : name;
}

/** CUR 2.0 has one map of tags and one of cost categories: maps in Parquet, JSON in CSV. */
function findNestedTags(file: FileColumns): SourceExpression | null {
  const tags = findExactColumn(file, 'resource_tags');
  const categories = findExactColumn(file, 'cost_category');
  if (tags === null && categories === null) return null;
  const present = [tags, categories].filter((column) => column !== null);
  if (present.every(({ type }) => type.startsWith('MAP'))) return mapOfMaps(tags, categories);
  return mapOfJson(tags, categories);
}

function findExactColumn(file: FileColumns, name: string): SourceExpression | null {
  const column = file.find(name);
  return column !== null && foldName(column.shown) === foldName(name) ? file.take(name) : null;
}

function mapOfMaps(tags: SourceExpression | null, categories: SourceExpression | null): SourceExpression {
  const key = `CASE WHEN starts_with(entry.key, 'user:') OR starts_with(entry.key, 'user_') THEN substr(entry.key, 6)
    WHEN starts_with(entry.key, 'aws_') THEN 'aws:' || substr(entry.key, 5) ELSE entry.key END`;
  const own = tags === null ? [] : [renameKeysSql(tags.sql, key)];
  const prefixed = categories === null ? [] : [renameKeysSql(categories.sql, `${quoteLiteral(CATEGORY)} || entry.key`)];
  const all = [...own, ...prefixed];
  const sql = all.length === 1 ? `${all[0]}` : `map_concat(${all.join(', ')})`;
  return { sql, type: TAGS, shown: tags?.shown ?? categories?.shown ?? 'resource_tags' };
}

function renameKeysSql(map: string, key: string): string {
  const entries = `list_transform(map_entries(${map}), lambda entry: {'k': ${key}, 'v': entry.value::VARCHAR})`;
  return `CASE WHEN cardinality(${map}) > 0 THEN map_from_entries(${entries}) END`;
}

/**
 * Keeps the tags as JSON text, so that the conversion of the row rejects text that is not JSON. The colon after it
 * distinguishes a key from a value. A key with an escaped character keeps its prefix.
 */
function mapOfJson(tags: SourceExpression | null, categories: SourceExpression | null): SourceExpression {
  const own = tags === null ? null : renameJsonKeys(renameJsonKeys(castToText(tags), 'user[:_]', ''), 'aws_', 'aws:');
  const prefixed = categories === null ? null : renameJsonKeys(castToText(categories), '', CATEGORY);
  const shown = tags?.shown ?? categories?.shown ?? 'resource_tags';
  if (own === null || prefixed === null) return { sql: own ?? prefixed ?? 'NULL', type: 'VARCHAR', shown };
  const isNothing = (json: string) => `coalesce(trim(${json}), '{}') = '{}'`;
  const sql = buildCase(
    [
      { when: isNothing(prefixed), value: own },
      { when: isNothing(own), value: prefixed },
    ],
    `rtrim(rtrim(${own}), '}') || ', ' || ltrim(ltrim(${prefixed}), '{')`,
  );
  return { sql, type: 'VARCHAR', shown };
}

function renameJsonKeys(json: string, prefix: string, replacement: string): string {
  const pattern = `"${prefix}([^"\\\\]*)"\\s*:`;
  return `regexp_replace(${json}, ${quoteLiteral(pattern)}, ${quoteLiteral(`"${replacement}\\1":`)}, 'g')`;
}
