import { findMatches } from './hits.ts';

const MOST_CHARACTERS = 72;
const TYPES = ['feat', 'fix', 'docs', 'test', 'refactor', 'perf', 'build', 'ci', 'chore', 'style', 'bench', 'revert'];
/** `type(scope): text`; the scope and the mark of a breaking change are optional. */
const CONVENTIONAL = new RegExp(`^(?:${TYPES.join('|')})(?:\\([\\w./, -]+\\))?!?: \\S`);

/** Why a commit subject breaks STYLE rule 20; empty when it does not. Example: `['90 characters; at most 72']`. */
export function findSubjectFaults(subject: string): string[] {
  const { length } = [...subject];
  return [
    ...(length > MOST_CHARACTERS ? [`${length} characters; at most ${MOST_CHARACTERS}`] : []),
    ...(CONVENTIONAL.test(subject) ? [] : [`begin with a type: ${TYPES.join(', ')}, such as "fix(finops/billing): "`]),
    ...findMatches({ text: subject, kind: 'commit' }).map(({ found, rule }) => `${found} -> ${rule.instead}`),
  ];
}
