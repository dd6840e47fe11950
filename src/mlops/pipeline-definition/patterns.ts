/**
 * Whether a list of patterns selects a name. `*` matches any characters except a slash, `**` any characters, a whole
 * `**` before a slash also no folder, `?` one character except a slash. The last matching pattern decides; one with `!`
 * before it excludes.
 * Example: `['**', '!docs/**']` selects `src/a.ts` and excludes `docs/a.md`.
 */
export function isSelected(patterns: readonly string[], name: string): boolean {
  const deciding = patterns.findLast((pattern) => isMatch([...name], splitPattern(pattern.replace(/^!/, ''))));
  return deciding !== undefined && !deciding.startsWith('!');
}

function splitPattern(pattern: string): string[] {
  return pattern.match(/(?<=^|\/)\*\*\/|\*\*|\*|\?|[^*?]/gu) ?? [];
}

/**
 * Reads the pattern once and keeps all reachable positions of the name: the time is at most the length of the pattern
 * times that of the name. Node's `matchesGlob` skips names with a leading dot, and backtracks.
 */
function isMatch(name: readonly string[], words: readonly string[]): boolean {
  let reached = [true, ...name.map(() => false)];
  for (const word of words) reached = matchRest(word, name, reached);
  return reached[name.length] === true;
}

/** Positions of the name that are reachable after one token of the pattern, from those before it. */
function matchRest(word: string, name: readonly string[], before: readonly boolean[]): boolean[] {
  let open = false;
  return before.map((from, place) => {
    const last = name[place - 1];
    const stepped = before[place - 1] === true;
    if (word === '?') return stepped && last !== '/';
    if (word === '*') {
      open = from || (open && last !== '/');
      return open;
    }
    if (word === '**' || word === '**/') {
      const passed = open;
      open ||= from;
      return word === '**' ? open : from || (passed && last === '/');
    }
    return stepped && last === word;
  });
}
