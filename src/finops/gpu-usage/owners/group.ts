import type { Subject } from '../../../org/schema.ts';
import type { OwnerDimension } from './dimension/schema.ts';
import type { Item } from './items.ts';
import type { GpuOwner } from './schema.ts';
import { intersectSubjects } from './shared-subject.ts';
import { addItem, countItemHours, createEmptySum, type Sum, sumIdleHours, sumIdleUnits, toFigures } from './sum.ts';

export interface Group {
  readonly key: string | null;
  readonly kind: GpuOwner['kind'];
  subject: Subject;
  readonly sum: Sum;
  readonly items: Item[];
  /** GPU-hours by why their owner is not known. */
  readonly unknown: Map<string, number>;
}

/** The group of an item, or the reason why it is unknown. */
function findGroup(item: Item, by: OwnerDimension): Pick<Group, 'key' | 'kind'> & { readonly reason: string | null } {
  const value = findItemKey(item, by);
  if (value !== null) return { key: value, kind: 'owner', reason: null };
  if (item.isFree) return { key: null, kind: 'nobody', reason: null };
  const { subject, reason } = item.owner;
  if (by === 'host' || by === 'gpuModel') {
    return { key: null, kind: 'unknown', reason: `the ${by === 'host' ? 'host' : 'model'} of the GPU is not reported` };
  }
  const lacks = subject === null ? 'its owner is not reported' : `its owner has no ${by}`;
  return { key: null, kind: 'unknown', reason: reason ?? lacks };
}

function findItemKey({ gpu, owner }: Item, by: OwnerDimension): string | null {
  const { subject } = owner;
  switch (by) {
    case 'gpu':
      return gpu;
    case 'host':
      return owner.host;
    case 'gpuModel':
      return owner.gpuModel;
    default:
      if (subject === null) return null;
  }
  switch (by) {
    case 'step':
      return joinTexts(subject.pipeline, subject.step);
    case 'modelVersion':
      return joinTexts(subject.model, subject.modelVersion);
    case 'owner':
      return Object.entries(subject)
        .map(([field, value]) => `${field}=${value}`)
        .toSorted()
        .join(' ');
    default:
      return subject[by] ?? null;
  }
}

function joinTexts(first: string | undefined, second: string | undefined): string | null {
  if (second === undefined) return null;
  return first === undefined ? second : `${first}/${second}`;
}

/** Items by group; the largest idle cost first, then idle hours, then by name; unknown and free GPUs last. */
export function groupItems(items: readonly Item[], by: OwnerDimension): Group[] {
  const groups = new Map<string, Group>();
  for (const item of items) {
    const { key, kind, reason } = findGroup(item, by);
    const id = `${kind} ${key ?? ''}`;
    const group: Group = groups.get(id) ?? {
      ...{ key, kind, unknown: new Map(), sum: createEmptySum() },
      subject: item.owner.subject ?? {},
      items: [],
    };
    group.subject = intersectSubjects(group.subject, item.owner.subject ?? {});
    group.items.push(item);
    addItem(group.sum, item);
    if (reason !== null) group.unknown.set(reason, (group.unknown.get(reason) ?? 0) + countItemHours(item));
    groups.set(id, group);
  }
  return [...groups.values()]
    .map((group) => ({ group, units: sumIdleUnits(group.sum), hours: sumIdleHours(group.sum) }))
    .toSorted(
      (a, b) =>
        KINDS.indexOf(a.group.kind) - KINDS.indexOf(b.group.kind) ||
        (a.units === b.units ? b.hours - a.hours : a.units > b.units ? -1 : 1) ||
        ((a.group.key ?? '') < (b.group.key ?? '') ? -1 : 1),
    )
    .map(({ group }) => group);
}

const KINDS: readonly GpuOwner['kind'][] = ['owner', 'unknown', 'nobody'];
/** Maximum number of listed reasons; the others are counted together. */
const MOST_REASONS = 20;

export function toGpuOwner(group: Group): GpuOwner {
  const { key, kind, subject } = group;
  return { key, kind, subject, ...toFigures(group.sum), unknown: listReasons(group.unknown) };
}

function listReasons(unknown: ReadonlyMap<string, number>): GpuOwner['unknown'] {
  const sorted = [...unknown]
    .map(([reason, gpuHours]) => ({ reason, gpuHours }))
    .toSorted((a, b) => b.gpuHours - a.gpuHours || (a.reason < b.reason ? -1 : 1));
  const rest = sorted.slice(MOST_REASONS);
  if (rest.length === 0) return sorted;
  const gpuHours = rest.reduce((sum, one) => sum + one.gpuHours, 0);
  return [...sorted.slice(0, MOST_REASONS), { reason: `${rest.length} other reasons`, gpuHours }];
}

/** Owners that are not listed, as one. */
export function sumOthers(groups: readonly Group[]): GpuOwner | null {
  if (groups.length === 0) return null;
  const sum = createEmptySum();
  for (const item of groups.flatMap(({ items }) => items)) addItem(sum, item);
  return { key: null, kind: 'owner', subject: {}, ...toFigures(sum), unknown: [] };
}
