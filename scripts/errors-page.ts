import { readFileSync } from 'node:fs';
import { type ErrorCode, errorTable } from '../src/platform/errors/table.ts';

const TABLE_FILES = ['table', 'lake-errors', 'trino-errors', 'tradeoff-errors'].map(
  (name) => new URL(`../src/platform/errors/${name}.ts`, import.meta.url),
);

interface Group {
  readonly title: string;
  readonly codes: readonly ErrorCode[];
}

/**
 * Groups of the error table: its comment lines, each with the codes that follow it. The list of groups is written
 * nowhere else, so the source itself is read.
 */
function groupsOf(source: string): Group[] {
  const groups: { title: string; codes: ErrorCode[] }[] = [];
  for (const line of source.split('\n')) {
    const title = /^ {2}\/\/ (.+)$/.exec(line)?.[1];
    if (title !== undefined) groups.push({ title, codes: [] });
    const code = /^ {2}(\w+): \{/.exec(line)?.[1];
    if (code !== undefined) groups.at(-1)?.codes.push(code as ErrorCode);
  }
  const listed = groups.reduce((sum, { codes }) => sum + codes.length, 0);
  if (listed !== Object.keys(errorTable).length) throw new Error('the error table is not grouped as this page expects');
  return groups;
}

/** docs/errors.md as text. */
export function errorsPage(): string {
  const groups = groupsOf(TABLE_FILES.map((file) => readFileSync(file, 'utf8')).join('\n'));
  return `<!-- Made by "npm run docs" from src/platform/errors/table.ts; do not edit. -->
# Errors

Every failure that is expected has one of these codes. A code keeps its meaning; new ones may be added. Over HTTP it is
the \`code\` of a problem document (RFC 9457, see [http.md](http.md#errors)) with the status below; on the command line it
stands in \`error[code]\` and gives the exit code below ([cli.md](cli.md#exit-codes)). On the MLflow routes the status and
MLflow's own \`error_code\` answer instead ([mlflow.md](mlflow.md#errors)).

Anything that is not in this table is a bug. It answers \`internal\` with a request id and no detail; the log has the rest.

${groups.map(section).join('\n\n')}
`;
}

function section({ title, codes }: Group): string {
  const rows = codes.map((code) => {
    const { status, exitCode, title: meaning } = errorTable[code];
    return `| <a id="error-${code}"></a>\`${code}\` | ${status} | ${exitCode} | ${meaning} |`;
  });
  const heading = title.charAt(0).toUpperCase() + title.slice(1);
  return `## ${heading}\n\n| code | HTTP | exit | meaning |\n|---|---|---|---|\n${rows.join('\n')}`;
}
