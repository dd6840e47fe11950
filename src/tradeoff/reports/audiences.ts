import type { Audience } from './schema.ts';

/** Sections of each audience, in order. A section without a provider is skipped. */
export const AUDIENCES: Readonly<Record<Audience, readonly string[]>> = {
  leadership: ['month-to-date', 'budgets', 'savings', 'optimizations', 'returns', 'movers', 'decisions', 'alerts'],
  finance: ['month-to-date', 'budgets', 'cost', 'movers', 'anomalies', 'savings', 'optimizations', 'returns', 'gpus'],
  platform: ['serving', 'alerts', 'gpus', 'optimizations', 'savings', 'anomalies', 'movers', 'budgets'],
  'data-science': ['experiments', 'decisions', 'to-decide', 'retraining', 'returns', 'gpus', 'cost'],
  'ml-engineering': [
    'serving',
    'alerts',
    'retraining',
    'to-decide',
    'decisions',
    'optimizations',
    'experiments',
    'gpus',
  ],
};
