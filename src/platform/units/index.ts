export { type Clock, type Instant, systemClock } from './clock.ts';
export { unkeptCharacter } from './kept-text.ts';
export * from './schema.ts';
