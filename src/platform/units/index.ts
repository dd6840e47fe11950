export { type Clock, type Instant, systemClock } from './clock.ts';
export { findUnkeptCharacter, replaceUnkept } from './kept-text.ts';
export * from './schema.ts';
