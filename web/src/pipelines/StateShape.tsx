import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';

const PATHS: Readonly<Record<PipelineStep['state'], string>> = {
  waiting: 'M8 4.5V8l2.3 1.6M8 2a6 6 0 110 12A6 6 0 018 2',
  running: 'M4.5 3l8 5-8 5z',
  succeeded: 'M3.5 8.5l3 3 6-7',
  cached: 'M3 8a5 5 0 109-3M12.5 2v3.2H9.3',
  failed: 'M4 4l8 8M12 4l-8 8',
  stopped: 'M4 4h8v8H4z',
  skipped: 'M3.5 3.5l4.5 4.5-4.5 4.5M8.5 3.5L13 8l-4.5 4.5',
};

/** Icon of a state; the word is shown next to it. */
export function StateShape({ state }: { readonly state: PipelineStep['state'] }) {
  return (
    <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true" fill="none">
      <path d={PATHS[state]} stroke="currentColor" strokeWidth="1.7" strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  );
}
