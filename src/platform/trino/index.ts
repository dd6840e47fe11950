export { openTrino, type TrinoClient, type TrinoPage } from './client.ts';
export { TrinoEngine } from './engine.ts';
export { readTrinoErrorName } from './failures.ts';
export { createRowConverter } from './values.ts';
