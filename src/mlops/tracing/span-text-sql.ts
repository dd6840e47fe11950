import { type Expression, sql as raw } from 'kysely';

/** Names in the format of every span: a search for the word `value` does not mean them. */
const FORM = [
  'attributes',
  'key',
  'value',
  'string_value',
  'int_value',
  'double_value',
  'bool_value',
  'bytes_value',
  'array_value',
  'kvlist_value',
  'values',
];

/** The text of a span (`found.content`) without the names of its format. A quote inside a text is written `\"`, so that no logged text is removed. */
export const buildSpanTextSql: Expression<string> = FORM.reduce<Expression<string>>(
  (text, name) => raw`replace(${text}, ${raw.lit(`"${name}":`)}, '')`,
  raw<string>`found.content`,
);
