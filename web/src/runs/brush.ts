/** A range of an axis, both ends included. */
export interface Brush {
  readonly column: string;
  readonly from: number;
  readonly to: number;
}

/** `params.rank~8~32`. Null for text that is no brush. */
export function parseBrush(text: string): Brush | null {
  const parts = text.split('~');
  const [from, to] = [Number(parts.at(-2)), Number(parts.at(-1))];
  const column = parts.slice(0, -2).join('~');
  if (column === '' || !Number.isFinite(from) || !Number.isFinite(to) || from > to) return null;
  return { column, from, to };
}

export function brushText({ column, from, to }: Brush): string {
  return `${column}~${short(from)}~${short(to)}`;
}

/** Enough digits for a mark on a screen. */
function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** True for a value within the range; null is outside. */
export function within(value: number | null, { from, to }: Brush): boolean {
  return value !== null && value >= from && value <= to;
}
