export type { DatasetScope } from './logged-model-search-store.ts';
export { findLoggedModel, insertLoggedModel, type LoggedModelRow } from './logged-model-store.ts';
export { createLoggedModels, type LoggedModels, type ModelOrder } from './logged-models.ts';
export { noteRegistration, type Registration } from './registrations.ts';
