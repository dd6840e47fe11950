import { replaceUnkept } from '../../platform/units/index.ts';
import { redactNamed } from '../otlp/index.ts';
import { MAX_KEY_LENGTH, truncate } from '../wire/index.ts';
import type { TraceKeyValue } from './trace-store.ts';

/** Maximum characters of a value of a tag or of metadata; MLflow cuts a longer one. */
const LONGEST_VALUE = 8000;

/** A tag or metadata as it may be stored. */
export function buildCutEntry(traceId: string, key: string, value: string): TraceKeyValue {
  return {
    trace_id: traceId,
    key: truncate(replaceUnkept(key), MAX_KEY_LENGTH),
    value: truncate(replaceUnkept(value), LONGEST_VALUE),
  };
}

/** Tags or metadata of a message, without credentials. */
export function buildEntries(traceId: string, values: Readonly<Record<string, string>>): TraceKeyValue[] {
  return Object.entries(values).map(([key, value]) => buildCutEntry(traceId, key, redactNamed(key, value)));
}
