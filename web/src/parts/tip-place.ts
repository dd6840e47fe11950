interface Box {
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
}

const GAP_PX = 6;
const EDGE_PX = 8;

/**
 * Position of a tooltip: above the middle of its source, below where it does not fit above, always inside the window.
 */
export function tipPlace(
  source: Box,
  tip: Pick<Box, 'width' | 'height'>,
  view: { readonly innerWidth: number },
): { left: number; top: number } {
  const middle = source.left + source.width / 2 - tip.width / 2;
  const left = Math.max(EDGE_PX, Math.min(middle, view.innerWidth - tip.width - EDGE_PX));
  const above = source.top - tip.height - GAP_PX;
  return { left, top: above >= EDGE_PX ? above : source.bottom + GAP_PX };
}
