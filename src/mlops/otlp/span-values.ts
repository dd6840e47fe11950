import { tryJson } from './genai.ts';
import { type AnyValue, toPlainValue } from './otlp-span.ts';

/** Attributes of a stored span in plain JSON. This server wrote the stored JSON, so its shape is known. */
export function readSpanAttributes(content: string): Record<string, unknown> {
  const span = tryJson(content);
  if (typeof span !== 'object' || span === null || !('attributes' in span) || !Array.isArray(span.attributes))
    return {};
  const attributes: readonly { key: string; value: AnyValue }[] = span.attributes;
  return Object.fromEntries(attributes.map(({ key, value }) => [key, toPlainValue(value)]));
}
