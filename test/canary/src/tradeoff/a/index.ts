import type { B } from '../b/index.ts';
export interface A { b: B }
