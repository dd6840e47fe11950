/**
 * Parts of MLflow's REST protocol that tracking and the registry share: its errors, the parsing of its messages, its
 * search grammar, its page tokens and the plugin that serves its endpoints.
 */
export { restoreDouble, toStoredDouble, toWireDouble } from './doubles.ts';
export { replyWithMlflowError } from './error-reply.ts';
export {
  buildAlreadyExists,
  buildDoesNotExist,
  buildInvalidFilter,
  buildInvalidParameter,
  MlflowError,
} from './errors.ts';
export { type Fields, parseBodyFields } from './fields.ts';
export { type Comparison, type Condition, type Ordering, parseFilter, parseOrderings } from './grammar.ts';
export { formatToken, tokenize } from './grammar-tokens.ts';
export {
  checkLength,
  checkMaxResults,
  checkName,
  checkRunId,
  countCharacters,
  isPlainPath,
  MAX_KEY_LENGTH,
  truncate,
} from './names.ts';
export { decodePageToken, encodePageToken, type KeysetPosition } from './page-token.ts';
export {
  apiPrefixes,
  buildSlashlessRoute,
  type CheckMessage,
  createMlflowWire,
  logRoute,
  type MlflowCall,
  type MlflowRoute,
  readParams,
  readRoute,
  removeRoute,
  sendMessage,
  writeRoute,
} from './plugin.ts';
export {
  boundJoins,
  buildAfterCondition,
  buildSelectedSteps,
  compare,
  orderList,
  readPosition,
  type SortStep,
  sortColumns,
} from './search-sql.ts';
export { createReader, type Reader } from './token-reader.ts';
export { buildAttributes, type Vocabulary } from './vocabulary.ts';
