/** A row as the contract shows it: every value as text, null for none. */
export type TextRow = Record<string, string | null>;

export function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
