export { buildExport } from './build-export.ts';
export { replayExport } from './replay-export.ts';
