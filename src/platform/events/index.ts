export type { EventHandler, Events, NewEvent, StoredEvent } from './events.ts';
export { eventMigrations } from './migrations.ts';
export { createEvents } from './outbox.ts';
