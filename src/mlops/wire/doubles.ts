/** proto-JSON has no bare NaN: the three special doubles travel as strings, in both directions. */
export function toWireDouble(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** The double of a proto-JSON value (`0.5`, `"0.5"`, `"NaN"`, `"-Infinity"`), or null when it is none. */
export function readDouble(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return null;
  if (value === 'NaN') return Number.NaN;
  const number = Number(value);
  return Number.isNaN(number) ? null : number;
}

/** Infinity is stored as the largest double, as MLflow stores it, so that every engine can hold and order it. */
export function toStoredDouble(value: number): { readonly value: number; readonly isNan: 0 | 1 } {
  if (Number.isNaN(value)) return { value: 0, isNan: 1 };
  return { value: Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE), isNan: 0 };
}

export function restoreDouble(row: { readonly value: number; readonly is_nan: number }): number {
  return row.is_nan === 1 ? Number.NaN : row.value;
}
