import type { Size } from './layers.ts';

/** Least zoom at which names are readable; below it, the graph scrolls instead. */
const LEAST_ZOOM = 0.7;

export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/**
 * Initial view of a graph in a box: the whole graph where it is readable, never enlarged; otherwise its beginning, at
 * the least readable size. `margin` in pixels.
 */
export function firstView(picture: Size, box: Size, margin: number): View {
  const fits = Math.min(1, (box.width - 2 * margin) / picture.width, (box.height - 2 * margin) / picture.height);
  const zoom = Math.max(LEAST_ZOOM, fits);
  const place = (length: number, room: number) => Math.max(margin, (room - length * zoom) / 2);
  return { x: place(picture.width, box.width), y: place(picture.height, box.height), zoom };
}
