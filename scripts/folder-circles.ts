/** One import: paths from the root of the repository. */
export interface Import {
  readonly from: string;
  readonly to: string;
}

export interface FolderCircle {
  /** Folder that holds the others. */
  readonly parent: string;
  /** Names of the folders that import each other, directly or over others, sorted. */
  readonly folders: readonly string[];
  /** One import for each direction between two of them. */
  readonly imports: readonly Import[];
}

/**
 * Circles between sibling folders, at any depth. An import counts for the two folders in which its paths part; files next to a folder
 * are no folder. Time: linear in the imports for each depth.
 *
 * @example findFolderCircles([{ from: 'a/b/x.ts', to: 'a/c/y.ts' }, { from: 'a/c/z.ts', to: 'a/b/x.ts' }]) // parent 'a', folders b and c
 */
export function findFolderCircles(imports: readonly Import[]): FolderCircle[] {
  const byParent = Map.groupBy(imports.flatMap(toSiblings), ({ parent }) => parent);
  return [...byParent].flatMap(([parent, siblings]) =>
    findCircles(siblings).map((folders) => ({
      parent,
      folders,
      imports: pickExamples(siblings, new Set(folders)),
    })),
  );
}

interface Siblings {
  readonly parent: string;
  readonly from: string;
  readonly to: string;
  readonly example: Import;
}

/** The folders in which two paths part; none when one of them is a file there, or when both lie in one folder. */
function toSiblings(example: Import): Siblings[] {
  const [from, to] = [example.from.split('/'), example.to.split('/')];
  let depth = 0;
  while (from[depth] === to[depth] && depth < from.length) depth += 1;
  if (depth >= from.length - 1 || depth >= to.length - 1) return [];
  return [{ parent: from.slice(0, depth).join('/'), from: from[depth] ?? '', to: to[depth] ?? '', example }];
}

/** Strongly connected folders: two are in one circle when each reaches the other. */
function findCircles(siblings: readonly Siblings[]): string[][] {
  const edges = Map.groupBy(siblings, ({ from }) => from);
  const reached = new Map([...edges.keys()].map((folder) => [folder, findReachable(folder, edges)]));
  const circles = new Map<string, string[]>();
  for (const [folder, others] of reached) {
    const circle = [folder, ...[...others].filter((other) => other !== folder && reached.get(other)?.has(folder))];
    if (circle.length > 1) circles.set(circle.toSorted().join(), circle.toSorted());
  }
  return [...circles.values()];
}

function findReachable(start: string, edges: ReadonlyMap<string, readonly Siblings[]>): Set<string> {
  const reached = new Set<string>();
  const open = [start];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const { to } of edges.get(folder) ?? []) {
      if (reached.has(to)) continue;
      reached.add(to);
      open.push(to);
    }
  }
  return reached;
}

function pickExamples(siblings: readonly Siblings[], folders: ReadonlySet<string>): Import[] {
  const inside = siblings.filter(({ from, to }) => folders.has(from) && folders.has(to));
  return [...Map.groupBy(inside, ({ from, to }) => `${from} ${to}`).values()].flatMap(
    ([first]) => first?.example ?? [],
  );
}
