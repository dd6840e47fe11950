/** A row of the API: every value as text, null without a value. */
export type TextRow = Record<string, string | null>;

export function toTextOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
