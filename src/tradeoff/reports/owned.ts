/** Things of a team, and the number of those without a known owner, which are in no report of a team. */
export interface Owned<T> {
  readonly own: T[];
  readonly unowned: number;
}

/**
 * Selects the things of a team by their owner; all things, without looking for owners, when `team` is null. `findOwner` is asked once for
 * each `name`.
 */
export async function selectOwned<T>(
  team: string | null,
  things: readonly T[],
  {
    name,
    findOwner,
  }: { readonly name: (thing: T) => string; readonly findOwner: (thing: T) => Promise<string | null> },
): Promise<Owned<T>> {
  if (team === null) return { own: [...things], unowned: 0 };
  const owners = new Map<string, string | null>();
  for (const thing of things) {
    if (!owners.has(name(thing))) owners.set(name(thing), await findOwner(thing));
  }
  const own = things.filter((thing) => owners.get(name(thing)) === team);
  return { own, unowned: things.filter((thing) => owners.get(name(thing)) === null).length };
}

/** Sentence on the things without an owner; none when there are none. Example: `2 models without an owner are in no report of a team.` */
export function describeUnowned(unowned: number, one: string, many: string): string[] {
  if (unowned === 0) return [];
  const [noun, verb] = unowned === 1 ? [one, 'is'] : [many, 'are'];
  return [`${unowned} ${noun} without an owner ${verb} in no report of a team.`];
}
