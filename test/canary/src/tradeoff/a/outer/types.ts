import type { Inner } from '../inner/types.ts';
export interface Outer { inner: Inner }
