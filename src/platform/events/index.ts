export type { EventHandler, Events, NewEvent, StoredEvent, SubscribesToEvents } from './events.ts';
export { eventMigrations } from './migrations.ts';
export { createEvents } from './outbox.ts';
