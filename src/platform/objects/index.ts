import { createLocalObjects } from './local.ts';
import type { Objects } from './objects.ts';

export { cleanKey } from './key.ts';
export type { Objects } from './objects.ts';

/** Objects as files under `root`. */
export function openObjects(root: string): Promise<Objects> {
  return createLocalObjects(root);
}
