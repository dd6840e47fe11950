/**
 * An answer of `traces/get` as an OTLP export in JSON: names in lowerCamelCase, ids hexadecimal instead of base64, whole
 * numbers beyond 2^53 (times in nanoseconds) as text, as they were written.
 */
export function toOtlp(answer: string): string {
  const parsed: unknown = JSON.parse(answer, (...[key, value, context]: readonly unknown[]) => {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) return writtenInteger(context) ?? value;
    return typeof value === 'string' && ID_FIELDS.has(String(key)) ? hexadecimal(value) : value;
  });
  const spans = Reflect.get(Object(Reflect.get(Object(parsed), 'trace')), 'spans');
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: camelCased(spans) }] }] });
}

const ID_FIELDS = new Set(['trace_id', 'span_id', 'parent_span_id']);

/** Base64 of 8 or 16 bytes; any other text (`tr-…` of the trace itself) stays. */
function hexadecimal(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  const isId = (bytes.length === 8 || bytes.length === 16) && bytes.toString('base64') === text;
  return isId ? bytes.toString('hex') : text;
}

function writtenInteger(context: unknown): string | null {
  const source: unknown = Reflect.get(Object(context), 'source');
  return typeof source === 'string' && /^-?\d+$/.test(source) ? source : null;
}

function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      camelCased(field),
    ]),
  );
}
