export { type Clock, type Instant, systemClock } from './clock.ts';
export { replaceUnkept, unkeptCharacter } from './kept-text.ts';
export * from './schema.ts';
