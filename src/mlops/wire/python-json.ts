/** A number with its original text: `9.0` stays `9.0`, which JavaScript's parser loses. */
interface WrittenNumber {
  readonly written: string;
}

/** The value as Python's `json.dumps(value, sort_keys=True, separators=(",", ":"))` prints it, for error texts. */
export function formatPythonJson(value: unknown): string {
  if (isWritten(value)) return value.written;
  if (typeof value === 'string') return toAsciiJson(value);
  if (Array.isArray(value)) return `[${value.map(formatPythonJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${toAsciiJson(key)}:${formatPythonJson(item)}`).join(',')}}`;
}

/** Python's name of the type of a JSON value. */
export function namePythonType(value: unknown): string {
  if (isWritten(value)) return /[.eE]/.test(value.written) ? 'float' : 'int';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return 'list';
  return value === null || value === undefined ? 'NoneType' : 'dict';
}

/** Parses JSON text once more, keeping how each number was written; only error texts need it, so only they pay for it. */
export function parseAsWritten(text: string): unknown {
  return JSON.parse(text, (...[, value, context]: readonly unknown[]) =>
    typeof value === 'number' ? { written: readSource(context) ?? String(value) } : value,
  );
}

/** `NaN`, `Infinity` and `-Infinity` outside texts as the texts that proto-JSON writes for them. */
export function quoteSpecialDoubles(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) =>
    found.startsWith('"') ? found : `"${found}"`,
  );
}

function readSource(context: unknown): string | null {
  if (typeof context !== 'object' || context === null || !('source' in context)) return null;
  return typeof context.source === 'string' ? context.source : null;
}

function isWritten(value: unknown): value is WrittenNumber {
  return typeof value === 'object' && value !== null && 'written' in value && typeof value.written === 'string';
}

function toAsciiJson(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
