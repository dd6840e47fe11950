const MIB = 1024 ** 2;

/** A card as far as sharing it goes. */
export interface Card {
  readonly name: string;
  readonly memoryBytes: number;
  /** Whether it can be cut into MIG slices: 7 of compute, 8 of memory. */
  readonly hasMig: boolean;
  /** Gigabytes in the names of its MIG profiles by memory slices; empty without MIG. */
  readonly sliceNames: Readonly<Record<number, string>>;
}

const EIGHTY = { 1: '10gb', 2: '20gb', 4: '40gb', 8: '80gb' } as const;
const FORTY = { 1: '5gb', 2: '10gb', 4: '20gb', 8: '40gb' } as const;
const H200 = { 1: '18gb', 2: '35gb', 4: '71gb', 8: '141gb' } as const;

const buildCard = (name: string, mib: number, sliceNames: Card['sliceNames'] = {}): Card => ({
  ...{ name, sliceNames, memoryBytes: mib * MIB, hasMig: Object.keys(sliceNames).length > 0 },
});

/** Cards by price book key; the first match applies. An A100 key without its memory size is ambiguous and matches none. */
const CARDS: readonly (readonly [RegExp, Card])[] = [
  [/h200/i, buildCard('H200', 143_771, H200)],
  [/h100/i, buildCard('H100', 81_559, EIGHTY)],
  [/a100.*80/i, buildCard('A100-80GB', 81_251, EIGHTY)],
  [/a100.*40/i, buildCard('A100-40GB', 40_536, FORTY)],
  [/l40s/i, buildCard('L40S', 46_068)],
  [/a10g?\b/i, buildCard('A10', 23_028)],
  [/\bl4\b/i, buildCard('L4', 23_034)],
  [/\bt4\b/i, buildCard('T4', 15_360)],
  [/v100.*32/i, buildCard('V100-32GB', 32_510)],
  [/v100.*16/i, buildCard('V100-16GB', 16_160)],
];

/** The card of a key of the price book; null where its memory is not known. Example: `gpu:H100` -> 80 GB, with MIG. */
export function findCard(resource: string): Card | null {
  return CARDS.find(([name]) => name.test(resource))?.[1] ?? null;
}

/** `16 H100s`, `1 H100`; a name that ends with its memory gets the word: `2 A100-80GB GPUs`. */
export function formatCards({ name }: Card, count: number): string {
  if (/GB$/.test(name)) return `${count} ${name} ${count === 1 ? 'GPU' : 'GPUs'}`;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
