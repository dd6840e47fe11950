/** Position of a pinned column: pixels from the left edge, and its width. */
export interface PinPlace {
  readonly left: number;
  readonly width: number;
}

/** The places of pinned columns, one after the other behind the first column. */
export function pinPlaces(
  first: { readonly id: string; readonly width: number },
  pinned: readonly string[],
  width: number,
): Map<string, PinPlace> {
  const places = new Map<string, PinPlace>([[first.id, { left: 0, width: first.width }]]);
  for (const [index, id] of pinned.entries()) places.set(id, { left: first.width + index * width, width });
  return places;
}
