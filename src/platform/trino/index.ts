export { openTrino, type TrinoClient, type TrinoPage } from './client.ts';
export { TrinoEngine } from './engine.ts';
