/**
 * Parts of MLflow's REST protocol that tracking and the registry share: its errors, the parsing of its messages, its
 * search grammar, its page tokens and the plugin that serves its endpoints.
 */
export { restoredDouble, storedDouble, wireDouble } from './doubles.ts';
export { replyWithMlflowError } from './error-reply.ts';
export { alreadyExists, doesNotExist, invalidFilter, invalidParameter, MlflowError } from './errors.ts';
export { bodyFields, type Fields } from './fields.ts';
export { type Comparison, type Condition, type Ordering, parseFilter, parseOrderings } from './grammar.ts';
export { shown, tokenize } from './grammar-tokens.ts';
export {
  characters,
  checkLength,
  checkMaxResults,
  checkName,
  checkRunId,
  cutTo,
  isPlainPath,
  MAX_KEY_LENGTH,
} from './names.ts';
export { decodePageToken, encodePageToken, type KeysetPosition } from './page-token.ts';
export {
  apiPrefixes,
  type CheckWrite,
  createMlflowWire,
  logRoute,
  type MlflowCall,
  type MlflowRoute,
  readParams,
  readRoute,
  removeRoute,
  sendMessage,
  slashless,
  writeRoute,
} from './plugin.ts';
export { after, compare, orderList, positionOf, type SortStep, selectedSteps, sortColumns } from './search-sql.ts';
export { createReader, type Reader } from './token-reader.ts';
export { attributesOf, type Vocabulary } from './vocabulary.ts';
