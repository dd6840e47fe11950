import { columnVisibilityFeature, createSortedRowModel, rowSortingFeature, tableFeatures } from '@tanstack/react-table';

/** What our long tables can do. */
export const gridFeatures = tableFeatures({
  columnVisibilityFeature,
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
});
export type GridFeatures = typeof gridFeatures;
