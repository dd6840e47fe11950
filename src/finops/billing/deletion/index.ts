export { deletionText, deliveryNotFound } from '../delivery-not-found.ts';
export type { Dependent } from './delete.ts';
export { deleteSource, type SourceDeletion } from './delete-source.ts';
export { type BillRetention, createBillRetention, scheduleDeletions } from './retention.ts';
export { deletionRoutes } from './routes.ts';
export { deletionsOf, type StoredDeletion } from './store.ts';
