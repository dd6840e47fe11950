import type { Card } from './cards.ts';

/** A cut of a card: compute and memory in slices, and the memory slots at which it may begin. */
export interface MigProfile {
  readonly compute: number;
  readonly memory: number;
  readonly starts: readonly number[];
}

const SLOTS = 8;

/** Profiles by size, the smallest first (NVIDIA's MIG guide; `nvidia-smi mig -lgipp` lists the slots). */
const PROFILES: readonly MigProfile[] = [
  { compute: 1, memory: 1, starts: [0, 1, 2, 3, 4, 5, 6] },
  { compute: 1, memory: 2, starts: [0, 2, 4, 6] },
  { compute: 2, memory: 2, starts: [0, 2, 4] },
  { compute: 3, memory: 4, starts: [0, 4] },
  { compute: 4, memory: 4, starts: [0] },
  { compute: 7, memory: 8, starts: [0] },
];

/** Usable share of the memory slices of an instance: its context needs a part. */
const USABLE = 0.9;
/** Of 40 GB cards no profile has one of compute and two of memory. */
const SMALL_CARD_BYTES = 60e9;

export interface Load {
  /** 95th percentile, 0 to 1. */
  readonly utilizationP95: number;
  readonly memoryMaxBytes: number;
}

const MEMORY_ROOM = 1.15;
const TARGET = 0.8;
const COMPUTE_SLICES = 7;

/**
 * The smallest MIG profile for a load: memory >= peak x 1.15, and compute slices >= P95 / 0.8 x 7. Null where only the
 * whole card suffices, or not even that. Example: 20 GB peak and P95 0.3 on an H100 -> 3 of compute, 4 of memory: 3g.40gb.
 */
export function chooseProfile(card: Card, { utilizationP95, memoryMaxBytes }: Load): MigProfile | null {
  if (!card.hasMig) return null;
  const slices = (utilizationP95 / TARGET) * COMPUTE_SLICES;
  const bytes = memoryMaxBytes * MEMORY_ROOM;
  const found = PROFILES.find(
    ({ compute, memory }) =>
      compute >= slices &&
      (card.memoryBytes * USABLE * memory) / SLOTS >= bytes &&
      !(compute === 1 && memory === 2 && card.memoryBytes < SMALL_CARD_BYTES),
  );
  return found === undefined || found.memory === SLOTS ? null : found;
}

/** `3g.40gb`. */
export function buildProfileName({ sliceNames }: Card, { compute, memory }: MigProfile): string {
  return `${compute}g.${sliceNames[memory] ?? `${memory} slices`}`;
}

export interface MigPlacement {
  /** Place of the profile in the given list. */
  readonly index: number;
  /** Memory slot at which it begins. */
  readonly start: number;
}

/**
 * First-fit decreasing: places profiles on as few cards as it finds, each at an allowed start slot, without overlap. The largest goes first, each on
 * the first card with free slots, at the last slot that fits. Returns the placements by card.
 * Example: 4g, 3g, 3g -> [[4g at 0, 3g at 4], [3g at 4]].
 */
export function placeProfiles(profiles: readonly MigProfile[]): MigPlacement[][] {
  const cards: { taken: boolean[]; placed: MigPlacement[] }[] = [];
  const order = profiles
    .map((profile, index) => ({ profile, index }))
    .toSorted(
      (a, b) => b.profile.memory - a.profile.memory || b.profile.compute - a.profile.compute || a.index - b.index,
    );
  for (const { profile, index } of order) {
    const found = cards.find(({ taken }) => findStart(taken, profile) !== null);
    const card = found ?? { taken: Array.from({ length: SLOTS }, () => false), placed: [] };
    if (found === undefined) cards.push(card);
    const start = findStart(card.taken, profile);
    if (start === null) throw new Error('a profile does not fit on an empty card');
    card.taken.fill(true, start, start + profile.memory);
    card.placed.push({ index, start });
  }
  return cards.map(({ placed }) => placed);
}

function findStart(taken: readonly boolean[], { memory, starts }: MigProfile): number | null {
  return starts.findLast((start) => taken.slice(start, start + memory).every((slot) => !slot)) ?? null;
}

/** No way of cutting needs fewer cards: by compute, and by memory. */
export function computeLeastCards(profiles: readonly MigProfile[]): number {
  const of = (field: 'compute' | 'memory') => profiles.reduce((sum, profile) => sum + profile[field], 0);
  return Math.max(Math.ceil(of('compute') / COMPUTE_SLICES), Math.ceil(of('memory') / SLOTS));
}
