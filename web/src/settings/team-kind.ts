import type { z } from 'zod';
import { Name, type Team, TeamManifest } from '../../../src/org/schema.ts';
import { type DocumentKind, formatDocument } from '../document-form/document.ts';

const { spec } = TeamManifest.shape;
export type TeamSpec = z.infer<typeof spec>;

/** Teams as documents with a form. */
export const teamKind: DocumentKind<TeamSpec> = {
  kind: 'Team',
  name: Name,
  spec,
  formPaths: ['displayName', 'owner', 'description'],
};

export const NEW_TEAM = formatDocument('Team', '', {});

/** The document of a team. */
export function formatTeam({ name, displayName, owner, description }: Team): string {
  const stated = Object.entries({ displayName, owner, description }).filter(([, value]) => value !== null);
  return formatDocument('Team', name, Object.fromEntries(stated));
}
