import { invalidFilter } from '../../wire/index.ts';
import { isWord, type Node, parsePattern, type Test } from './parse.ts';

/** A state of the automaton, with its transitions on a character or without one. */
type State =
  | { readonly kind: 'character'; readonly test: Test; readonly next: number }
  | { readonly kind: 'assert'; readonly holds: (before: number, after: number) => boolean; readonly next: number }
  | { readonly kind: 'split'; readonly nexts: readonly number[] }
  | { readonly kind: 'match' };

/** Counted repeats are expanded; a pattern with more states than this is an attack. */
const MOST_STATES = 2_000;

/**
 * Whether a text contains a match of a regular expression. The automaton follows all of its states concurrently
 * (Thompson's construction), so the time is at most the length of the text times that of the pattern. A filter could
 * make a backtracking matcher run forever.
 * Example: `compilePattern('^ab+')('abbc')` is true. Error: `search_filter_invalid`.
 */
export function compilePattern(pattern: string): (text: string) => boolean {
  const states: State[] = [{ kind: 'match' }];
  const start = build(states, parsePattern(pattern), 0);
  return (text) => matches(states, start, text);
}

/** Adds the states of a node that lead to `next`; answers their first state. */
function build(states: State[], node: Node, next: number): number {
  const add = (state: State): number => {
    if (states.length >= MOST_STATES) throw invalidFilter('The regular expression after RLIKE is too long.');
    return states.push(state) - 1;
  };
  switch (node.kind) {
    case 'character':
      return add({ kind: 'character', test: node.test, next });
    case 'start':
      return add({ kind: 'assert', holds: (before) => before === -1, next });
    case 'end':
      return add({ kind: 'assert', holds: (_, after) => after === -1, next });
    case 'boundary':
      return add({ kind: 'assert', holds: (before, after) => isWord(before) !== isWord(after), next });
    case 'sequence':
      return node.parts.reduceRight((from, part) => build(states, part, from), next);
    case 'choice':
      return add({ kind: 'split', nexts: node.parts.map((part) => build(states, part, next)) });
    case 'repeat':
      return buildRepeat(states, node, next, add);
  }
}

function buildRepeat(
  states: State[],
  { part, min, max }: Extract<Node, { kind: 'repeat' }>,
  next: number,
  add: (state: State) => number,
): number {
  let from = next;
  if (max === Number.POSITIVE_INFINITY) {
    const loop = add({ kind: 'split', nexts: [] });
    states[loop] = { kind: 'split', nexts: [build(states, part, loop), next] };
    from = loop;
  } else {
    for (let count = min; count < max; count += 1) {
      from = add({ kind: 'split', nexts: [build(states, part, from), next] });
    }
  }
  for (let count = 0; count < min; count += 1) from = build(states, part, from);
  return from;
}

function matches(states: readonly State[], start: number, text: string): boolean {
  let current = new Set<number>();
  let before = -1;
  for (const character of [...text, null]) {
    const after = character?.codePointAt(0) ?? -1;
    // A match may begin at any character.
    current.add(start);
    if (follow(states, current, before, after)) return true;
    const following = new Set<number>();
    for (const at of current) {
      const state = states[at];
      if (state?.kind === 'character' && character !== null && state.test(after)) following.add(state.next);
    }
    current = following;
    before = after;
  }
  return false;
}

/** Adds the states that are reachable without a character; true when one is the end of the pattern. */
function follow(states: readonly State[], current: Set<number>, before: number, after: number): boolean {
  // Iteration over a set includes elements that are added during the iteration.
  for (const at of current) {
    const state = states[at];
    if (state?.kind === 'match') return true;
    if (state?.kind === 'split') for (const next of state.nexts) current.add(next);
    if (state?.kind === 'assert' && state.holds(before, after)) current.add(state.next);
  }
  return false;
}
