import type { SavedView } from './saved-view.ts';

/** Views that everybody has. */
export const BUILT_IN_VIEWS: readonly SavedView[] = [
  { name: 'By team', search: {} },
  {
    name: 'AI services',
    search: { by: ['serviceName', 'team'], filter: ['serviceCategory=AI and Machine Learning'] },
  },
  { name: 'Idle and unallocated', search: { by: ['kind', 'serviceName'], filter: ['kind!=allocated'] } },
  {
    name: 'Commitments',
    search: {
      by: ['commitmentDiscountType', 'commitmentDiscountStatus'],
      metric: 'effectiveCost',
      filter: ['commitmentDiscountId!='],
    },
  },
];
