import type { Size } from './layers.ts';

/** Smaller than this, names cannot be read: the picture is moved instead. */
const LEAST_ZOOM = 0.7;

export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/**
 * How a picture is first shown in a box: whole where that can be read, never enlarged; else from its beginning, as large as it
 * must be to be read. `margin` in pixels.
 */
export function firstView(picture: Size, box: Size, margin: number): View {
  const fits = Math.min(1, (box.width - 2 * margin) / picture.width, (box.height - 2 * margin) / picture.height);
  const zoom = Math.max(LEAST_ZOOM, fits);
  const place = (length: number, room: number) => Math.max(margin, (room - length * zoom) / 2);
  return { x: place(picture.width, box.width), y: place(picture.height, box.height), zoom };
}
