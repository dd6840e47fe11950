import { RE2JS, RE2JSException } from 're2js';
import { buildInvalidFilter } from '../../wire/index.ts';
import { expandClasses } from './unicode-classes.ts';

/** Counted repeats are expanded; a pattern with more instructions than this is an attack. */
const MOST_INSTRUCTIONS = 2_000;
/** Compiling takes time that grows with the pattern: 0.3 s for 10,000 characters. */
const MOST_CHARACTERS = 2_000;

/**
 * Whether a text contains a match of a regular expression in RE2's syntax, in a time that is at most the length of the text
 * times that of the pattern: a filter could make a backtracking matcher run forever. `\d`, `\w` and `\s` know Unicode, `\b`
 * ASCII only. Example: `compilePattern('^ab+')('abbc')` is true. Error: `search_filter_invalid`.
 */
export function compilePattern(pattern: string): (text: string) => boolean {
  if (pattern.length > MOST_CHARACTERS) throw tooLong();
  const compiled = compile(pattern);
  if (compiled.programSize() > MOST_INSTRUCTIONS) throw tooLong();
  return (text) => compiled.test(text);
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(expandClasses(pattern));
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw buildInvalidFilter(`Invalid regular expression ${JSON.stringify(pattern.slice(0, 200))} after RLIKE.`);
  }
}

function tooLong(): Error {
  return buildInvalidFilter('The regular expression after RLIKE is too long.');
}
