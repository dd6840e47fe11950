import { type Cell, shareOf } from './cells.ts';
import { type Fraction, moneyOf, times } from './money.ts';
import type { Owner } from './owner.ts';
import { UNSAID } from './parts-sql.ts';
import { type Bucket, bucketNames } from './schema.ts';
import type { WholeRate } from './whole-rates.ts';

type PerBucket = Readonly<Record<Bucket, bigint>>;

/** GPU time of one owner at one price: the smallest unit of all sums. */
export interface Item {
  /** Null: of a pool. */
  readonly gpu: string | null;
  readonly step: number;
  readonly owner: Owner;
  /** The GPU had no holder and no load. */
  readonly isFree: boolean;
  readonly us: PerBucket;
  /** Factor of the times, for the readings that the source lost for all GPUs alike. */
  readonly scale: Fraction;
  /** Units of 1e-20; null without a price. */
  readonly units: PerBucket | null;
  readonly currency: string | null;
  readonly reason: string | null;
  readonly priceSource: string | null;
}

export interface Priced {
  readonly cells: readonly Cell[];
  /** For each set from 0 on: the owners of the concurrent holders of a GPU. */
  readonly sets: readonly (readonly Owner[])[];
  readonly rates: readonly WholeRate[];
  readonly scale: Fraction;
  /** For a run: its reconciled cost over its metered cost, if a bill covers its hours. */
  ratioOf(owner: Owner): { readonly ratio: Fraction; readonly source: string; readonly currency: string } | null;
}

const NOT_SAID: Owner = {
  subject: null,
  reason: 'no holder is reported for this time',
  host: null,
  gpuModel: null,
};

interface Share {
  readonly cell: Cell;
  readonly owner: Owner;
  readonly isFree: boolean;
  readonly us: PerBucket;
  readonly rate: WholeRate;
  readonly price: Fraction | null;
  readonly source: string | null;
}

/** Items of cells. The money of a GPU's time is rounded once, and its parts add up to that. */
export function itemsOf(priced: Priced): Item[] {
  const shares = priced.cells.flatMap((cell) => sharesOf(priced, cell));
  const together = Map.groupBy(shares, ({ cell, rate }) => `${cell.gpu} ${rate.currency ?? ''}`);
  return [...together.values()].flatMap((own) => itemsOfGpu(own, priced.scale));
}

/** An unheld GPU without load is free; an unheld GPU with load has an unknown owner. */
function ownersOf({ sets }: Priced, cell: Cell): { readonly owners: readonly Owner[]; readonly isFree: boolean } {
  if (cell.held === UNSAID) return { owners: [NOT_SAID], isFree: false };
  if (cell.held > UNSAID) return { owners: sets[cell.held] ?? [NOT_SAID], isFree: false };
  return { owners: sets[-2 - cell.held] ?? [NOT_SAID], isFree: true };
}

const UNHELD_USE = 'it was used without a holder';

function sharesOf(priced: Priced, cell: Cell): Share[] {
  const rate = priced.rates[cell.rate];
  if (rate === undefined) throw new Error('time has a rate of the list');
  const { owners, isFree } = ownersOf(priced, cell);
  const share = (owner: Owner, us: PerBucket, free: boolean): Share => {
    const known = rate.price === null ? null : priced.ratioOf(owner);
    const reconciled = known !== null && known.currency === rate.currency ? known : null;
    const price = rate.price !== null && reconciled !== null ? times(rate.price, reconciled.ratio) : rate.price;
    return { cell, owner, isFree: free, us, rate, price, source: reconciled?.source ?? rate.source };
  };
  if (!isFree) return owners.map((owner, index) => share(owner, shareOf(cell.us, index, owners.length), false));
  const [owner = NOT_SAID] = owners;
  const { unallocated, ...busy } = cell.us;
  const none = { used: 0n, underUsed: 0n, idleHeld: 0n, idleFree: 0n, idleUnknown: 0n };
  const isBusy = Object.values(busy).some((us) => us > 0n);
  return [
    ...(unallocated > 0n ? [share({ ...owner, reason: null }, { ...none, unallocated }, true)] : []),
    ...(isBusy ? [share({ ...owner, reason: UNHELD_USE }, { ...busy, unallocated: 0n }, false)] : []),
  ];
}

function itemsOfGpu(shares: readonly Share[], scale: Fraction): Item[] {
  const parts = shares.flatMap(({ us, price }) =>
    price === null ? [] : bucketNames.map((name) => ({ us: us[name], price: times(price, scale) })),
  );
  const money = moneyOf(parts);
  let at = 0;
  return shares.map(({ cell, owner, isFree, us, rate, price, source }) => {
    const next = () => money[at++] ?? 0n;
    const units =
      price === null ? null : (Object.fromEntries(bucketNames.map((name) => [name, next()])) as Record<Bucket, bigint>);
    const { gpu, step } = cell;
    const { currency, reason } = rate;
    return { gpu, step, owner, isFree, us, scale, units, currency, reason, priceSource: source };
  });
}
