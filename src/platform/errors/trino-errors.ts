import { DENIED, type ErrorMeaning, REFUSED, UNREACHABLE } from './exit-codes.ts';

/** Failures of Trino, the second query engine of the lake. */
export const trinoErrors = {
  // Trino
  trino_unreachable: { status: 503, exitCode: UNREACHABLE, title: 'Trino does not respond' },
  trino_refused: { status: 502, exitCode: DENIED, title: 'Trino refuses the user, the password or the access' },
  trino_failed: { status: 502, exitCode: REFUSED, title: 'Trino cannot run the statement' },
  trino_version_unsupported: {
    status: 500,
    exitCode: REFUSED,
    title: 'The version of Trino is older than this version of Steelyard supports',
  },
} as const satisfies Record<string, ErrorMeaning>;
