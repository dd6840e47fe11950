import { type Cell, splitTime } from './cells.ts';
import { computeTimeMoney, type Fraction, multiplyFractions } from './money.ts';
import type { Owner } from './owner.ts';
import { UNKNOWN_SET } from './parts-sql.ts';
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

const UNREPORTED_OWNER: Owner = {
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
export function buildItems(priced: Priced): Item[] {
  const shares = priced.cells.flatMap((cell) => splitCell(priced, cell));
  const together = Map.groupBy(shares, ({ cell, rate }) => `${cell.gpu} ${rate.currency ?? ''}`);
  return [...together.values()].flatMap((own) => buildItemsOfGpu(own, priced.scale));
}

/** An unheld GPU without load is free; an unheld GPU with load has an unknown owner. */
function findCellOwners({ sets }: Priced, cell: Cell): { readonly owners: readonly Owner[]; readonly isFree: boolean } {
  if (cell.held === UNKNOWN_SET) return { owners: [UNREPORTED_OWNER], isFree: false };
  if (cell.held > UNKNOWN_SET) return { owners: sets[cell.held] ?? [UNREPORTED_OWNER], isFree: false };
  return { owners: sets[-2 - cell.held] ?? [UNREPORTED_OWNER], isFree: true };
}

const USED_WITHOUT_HOLDER = 'it was used without a holder';

function splitCell(priced: Priced, cell: Cell): Share[] {
  const rate = priced.rates[cell.rate];
  if (rate === undefined) throw new Error('time has a rate of the list');
  const { owners, isFree } = findCellOwners(priced, cell);
  const share = (owner: Owner, us: PerBucket, free: boolean): Share => {
    const known = rate.price === null ? null : priced.ratioOf(owner);
    const reconciled = known !== null && known.currency === rate.currency ? known : null;
    const price =
      rate.price !== null && reconciled !== null ? multiplyFractions(rate.price, reconciled.ratio) : rate.price;
    return { cell, owner, isFree: free, us, rate, price, source: reconciled?.source ?? rate.source };
  };
  if (!isFree) return owners.map((owner, index) => share(owner, splitTime(cell.us, index, owners.length), false));
  const [owner = UNREPORTED_OWNER] = owners;
  const { unallocated, ...busy } = cell.us;
  const none = { used: 0n, underUsed: 0n, idleHeld: 0n, idleFree: 0n, idleUnknown: 0n };
  const isBusy = Object.values(busy).some((us) => us > 0n);
  return [
    ...(unallocated > 0n ? [share({ ...owner, reason: null }, { ...none, unallocated }, true)] : []),
    ...(isBusy ? [share({ ...owner, reason: USED_WITHOUT_HOLDER }, { ...busy, unallocated: 0n }, false)] : []),
  ];
}

function buildItemsOfGpu(shares: readonly Share[], scale: Fraction): Item[] {
  const parts = shares.flatMap(({ us, price }) =>
    price === null ? [] : bucketNames.map((name) => ({ us: us[name], price: multiplyFractions(price, scale) })),
  );
  const money = computeTimeMoney(parts);
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
