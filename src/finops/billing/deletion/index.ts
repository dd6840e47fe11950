export { createDeliveryNotFoundError, describeDeletion } from '../delivery-not-found.ts';
export type { Dependent } from './delete.ts';
export { deleteSource, type SourceDeletion } from './delete-source.ts';
export { type BillRetention, createBillRetention, scheduleDeletions } from './retention.ts';
export { createDeletionRoutes } from './routes.ts';
export { findDeletions, type StoredDeletion } from './store.ts';
