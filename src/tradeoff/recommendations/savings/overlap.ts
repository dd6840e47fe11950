import { buildGpuItemId } from './ledger.ts';
import type { SavingPart } from './saving-part.ts';

/**
 * Groups recommendations that have a resource in common, directly or through others: an item, a GPU of it, or a larger item that contains it.
 * Example: a and b both change x, c changes y -> [[a, b], [c]].
 */
export function groupOverlapping(parts: readonly SavingPart[]): SavingPart[][] {
  const groups: { names: Set<string>; parts: SavingPart[] }[] = [];
  for (const part of parts) {
    const names = new Set(listNames(part));
    const touching = groups.filter((group) => [...names].some((name) => group.names.has(name)));
    const [first, ...others] = touching;
    if (first === undefined) {
      groups.push({ names, parts: [part] });
      continue;
    }
    first.parts.push(...others.flatMap((group) => group.parts), part);
    first.names = new Set([...first.names, ...others.flatMap((group) => [...group.names]), ...names]);
    for (const other of others) groups.splice(groups.indexOf(other), 1);
  }
  return groups.map((group) => group.parts);
}

function listNames({ items, commitments = [] }: SavingPart): string[] {
  return [
    ...items.flatMap(({ item, gpus = [], within = [] }) => [item, ...gpus.map(buildGpuItemId), ...within]),
    ...commitments.map(({ item }) => item),
  ];
}
