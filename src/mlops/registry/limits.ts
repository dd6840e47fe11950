import { buildInvalidParameter, checkLength, checkName, isPlainPath, MAX_KEY_LENGTH } from '../wire/index.ts';
import { type Stage, stages } from './tables.ts';
import type { KeyValue } from './types.ts';

const MAX_TAG_VALUE = 100_000;
const MAX_ALIAS = 255;
const MAX_MODEL_NAME = 256;

export function checkModelName(name: string, field = 'name'): void {
  if (name.trim() === '') throw buildInvalidParameter(`Missing value for required parameter '${field}'.`);
  checkLength(field, name, MAX_MODEL_NAME);
  if (/[/:]/.test(name)) {
    throw buildInvalidParameter(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`);
  }
  if (isPlainPath(name)) return;
  throw buildInvalidParameter(
    `Invalid value ${JSON.stringify(name)} for parameter '${field}' supplied: Names may be treated as files in certain ` +
      'cases, and must not resolve to other names when treated as such.',
  );
}

export function checkTag(tag: KeyValue): void {
  checkName(tag.key, 'key');
  checkLength('key', tag.key, MAX_KEY_LENGTH);
  checkLength('value', tag.value, MAX_TAG_VALUE);
}

export function checkAlias(alias: string): void {
  if (!/^[\p{L}\p{N}_-]*$/u.test(alias)) {
    throw buildInvalidParameter(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    );
  }
  checkLength('Registered model alias name', alias, MAX_ALIAS);
}

/** Names that already mean something else in a model URI. */
export function checkAliasFree(alias: string): void {
  if (isLatest(alias)) throw buildInvalidParameter("'latest' alias name (case insensitive) is reserved.");
  if (/^[vV]\d+$/.test(alias)) throw buildInvalidParameter(`Version alias name '${alias}' is reserved.`);
}

export function isLatest(alias: string): boolean {
  return alias.toLowerCase() === 'latest';
}

/** Largest number that the store's column holds; no model has as many versions. */
const MAX_VERSION = 2_147_483_647;

export function parseVersion(version: string): number {
  if (/^\s*[-+]?\d+\s*$/.test(version)) return Math.min(Number(version), MAX_VERSION);
  throw buildInvalidParameter(`Parameter 'version' must be an integer, got '${version}'.`);
}

export function parseStage(stage: string): Stage {
  const known = stages.find((candidate) => candidate.toLowerCase() === stage.toLowerCase());
  if (known !== undefined) return known;
  throw buildInvalidParameter(`Invalid Model Version stage: ${stage}. Value must be one of ${stages.join(', ')}.`);
}
