import type { Outer } from '../outer/types.ts';
export interface Inner { outer: Outer }
