export type { DriftWindow } from './drift-windows/schema.ts';
