/** Tags that name the owner of an experiment or a model. */
const OWNER_TAGS = ['steelyard.team', 'steelyard.project'] as const;

interface Tagged {
  readonly tags: Readonly<Record<string, string>>;
}

/** The things that no tag assigns to a team or project, in their order. */
export function selectWithoutTeam<Thing extends Tagged>(things: readonly Thing[]): Thing[] {
  return things.filter(({ tags }) => OWNER_TAGS.every((tag) => (tags[tag] ?? '') === ''));
}
