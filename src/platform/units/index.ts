export { type Clock, type Instant, systemClock } from './clock.ts';
export * from './schema.ts';
