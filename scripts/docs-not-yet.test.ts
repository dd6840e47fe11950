import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadAllCommands } from '../cli/nouns.ts';
import { toEnvironmentName } from '../src/platform/config/index.ts';
import { ConfigSchema } from '../src/platform/config/schema.ts';
import { errorTable } from '../src/platform/errors/table.ts';
import { blocksOf, documentPaths, readDocument } from './markdown.ts';
import { findExistingNames, type KnownNames } from './not-yet.ts';

const documents = documentPaths();

/** Kinds of the manifests in documents; docs.test.ts proves that they apply. */
function listKinds(): string[] {
  const manifests = documents.flatMap((path) => blocksOf(readDocument(path)));
  return manifests.flatMap(({ text }) => [...text.matchAll(/^kind: (\w+)$/gm)].map(([, kind = '']) => kind));
}

function listEndpoints(): string[] {
  const { paths } = z
    .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(JSON.parse(readDocument('docs/openapi.json')));
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

const settings = Object.keys(ConfigSchema.shape);

const names: KnownNames = {
  commands: (await loadAllCommands()).map(({ path }) => path.join(' ')),
  endpoints: listEndpoints(),
  words: new Set([...Object.keys(errorTable), ...settings, ...settings.map(toEnvironmentName), ...listKinds()]),
};

const CANARY = `# Page

\`steelyard budget list\` exists and may be named here.

## Not there yet

- The command \`steelyard budget list --all\`, and \`run show\`.
- Paging of \`GET /api/v1/teams/:team/members\`, and \`/api/v1/budgets?all=true\`.
- The code \`budget_exceeded\`, the settings \`lakeMemory\` and \`STEELYARD_LAKE_MEMORY\`.
- A document of \`kind: Budget\`, or a \`BillSource\`.
- Unknown names: \`steelyard budget invent\`, \`GET /api/v1/unheard-of\`, \`no_such_code\`, \`Nothing\`.

## Next section

\`budget_exceeded\` may be named here.
`;

const withSection = documents.filter((path) => /^## Not there yet$/m.test(readDocument(path)));

describe('sections "Not there yet"', () => {
  it('are seen by the check, with every sort of name', () => {
    expect(findExistingNames(CANARY, names)).toEqual([
      'steelyard budget list --all',
      'run show',
      'GET /api/v1/teams/:team/members',
      '/api/v1/budgets?all=true',
      'budget_exceeded',
      'lakeMemory',
      'STEELYARD_LAKE_MEMORY',
      'kind: Budget',
      'BillSource',
    ]);
  });

  it('exist in several documents', () => {
    expect(withSection.length).toBeGreaterThan(5);
  });

  it.each(withSection)('of %s name no command, endpoint, error code, setting or kind that exists', (path) => {
    expect(findExistingNames(readDocument(path), names)).toEqual([]);
  });
});
