import type { Config } from '../../../platform/config/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { RetentionPreview } from '../../../platform/retention/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import { findAllDeliveries, findUnitsOfDelivery, type StoredDelivery } from '../store.ts';
import { findLastActAgainst, findStanding, findStandingUnits } from '../units/index.ts';
import { type DeletionDeps, deleteDeliveries, FINISH_JOB } from './delete.ts';
import { type FinishDeps, finishDeletions } from './finish.ts';
import { findKeptRawFiles, insertDeletion, saveRawDeleted } from './store.ts';

export interface BillRetentionDeps extends DeletionDeps, FinishDeps {
  readonly config: Pick<Config, 'rawBillDays' | 'supersededDeliveryDays'>;
}

/** Retention of raw bills and superseded deliveries, in days; null keeps them. */
export interface BillRetention {
  previewRaw(days: number | null): Promise<RetentionPreview>;
  previewSuperseded(days: number | null): Promise<RetentionPreview>;
}

const RETAIN_JOB = 'bill.retain';
const HOURLY = '41 * * * *';

export function createBillRetention(deps: BillRetentionDeps): BillRetention {
  return {
    previewRaw: (days) => deps.exclusive(() => previewRaw(deps, days)),
    previewSuperseded: (days) => deps.exclusive(() => previewSuperseded(deps, days)),
  };
}

export function scheduleDeletions(deps: BillRetentionDeps, jobs: Pick<Jobs, 'register' | 'schedule'>): void {
  jobs.register(FINISH_JOB, { handler: async () => void (await finishDeletions(deps)) });
  jobs.register(RETAIN_JOB, { maxAttempts: 1, handler: () => retainBills(deps) });
  jobs.schedule(RETAIN_JOB, HOURLY, { kind: RETAIN_JOB, payload: null });
}

async function retainBills(deps: BillRetentionDeps): Promise<void> {
  const { rawBillDays = null, supersededDeliveryDays = null } = deps.config;
  const forgotten = await deps.exclusive(() => deleteSuperseded(deps, supersededDeliveryDays));
  await deps.exclusive(() => deleteOldRaw(deps, rawBillDays));
  await finishDeletions(deps, forgotten);
}

function computeInstantBefore({ clock }: Pick<BillRetentionDeps, 'clock'>, days: number | null): string | null {
  return days === null ? null : new Date(clock.now() - days * DAY_MS).toISOString();
}

const EMPTY_PREVIEW: RetentionPreview = {
  ...{ keepDays: null, before: null, rows: 0, files: 0, sizeBytes: 0, first: null, last: null, unanswerable: [] },
};

async function findOldRaw({ store }: BillRetentionDeps, before: string): Promise<StoredDelivery[]> {
  return (await findAllDeliveries(store)).filter(
    ({ receivedAt, rawDeletedAt }) => rawDeletedAt === null && receivedAt < before,
  );
}

async function previewRaw(deps: BillRetentionDeps, days: number | null): Promise<RetentionPreview> {
  const before = computeInstantBefore(deps, days);
  if (before === null) return EMPTY_PREVIEW;
  const old = await findOldRaw(deps, before);
  const young = await findKeptRawFiles(deps.store, new Set(old.map(({ id }) => id)));
  const files = new Map(old.flatMap((delivery) => delivery.files.map(({ sha256, sizeBytes }) => [sha256, sizeBytes])));
  for (const sha256 of young) files.delete(sha256);
  const periods = [...new Set(old.flatMap((delivery) => delivery.periods))].toSorted();
  const unanswerable = old.map(
    ({ id, source, periods: months }) =>
      `${months.join(', ')} of ${source} (${id}): "steelyard verify --repair" cannot rebuild damaged rows, raw files and records cannot be shown, and the delivery does not count again when a newer one is deleted`,
  );
  return {
    ...{ keepDays: days, before, rows: 0, files: files.size, sizeBytes: sum([...files.values()]) },
    ...{ first: periods[0] ?? null, last: periods.at(-1) ?? null, unanswerable },
  };
}

/** `finishDeletions` removes the files from the disk, except those that a younger delivery also uses. */
async function deleteOldRaw(deps: BillRetentionDeps, days: number | null): Promise<void> {
  const before = computeInstantBefore(deps, days);
  if (before === null) return;
  const old = await findOldRaw(deps, before);
  if (old.length === 0) return;
  const at = new Date(deps.clock.now()).toISOString();
  await deps.store.transaction(async (sql) => {
    for (const { id, source, periods, files } of old) {
      await saveRawDeleted(sql, id, at);
      await insertDeletion(sql, {
        ...{ at, cause: 'retention', what: 'raw', actor: 'retention', why: `rawBillDays is ${days}` },
        ...{ delivery: id, source, periods: [...periods], rows: 0, lakeBytes: 0, lakeFiles: [] },
        ...{ files, rawBytes: sum(files.map(({ sizeBytes }) => sizeBytes)) },
      });
    }
    await deps.jobs.enqueue(sql, { kind: FINISH_JOB, payload: null });
  });
}

/**
 * Deliveries that have been superseded since before `before`: no unit is current, shadowed or held. The time of
 * supersession is the latest of the arrival of the replacing deliveries and the last operation that stopped counting
 * the delivery.
 */
async function findOldSuperseded({ store }: BillRetentionDeps, before: string): Promise<StoredDelivery[]> {
  const standing = await findStandingUnits(store);
  const deliveries = await findAllDeliveries(store);
  const receivedAt = new Map(deliveries.map((delivery) => [delivery.id, delivery.receivedAt]));
  const old: StoredDelivery[] = [];
  for (const delivery of deliveries.filter((one) => one.receivedAt < before)) {
    const units = await findUnitsOfDelivery(store, delivery.id);
    const stands = units.map((unit) => findStanding(unit, standing).standing);
    if (stands.some((how) => how === 'current' || how === 'shadowed' || how === 'held')) continue;
    const heirs = standing.filter((stood) => units.some(({ partition }) => partition === stood.partition));
    const arrivals = heirs.map((heir) => receivedAt.get(heir.delivery) ?? '');
    const since = [...arrivals, (await findLastActAgainst(store, delivery.id)) ?? ''].toSorted().at(-1) ?? '';
    if (since < before) old.push(delivery);
  }
  return old;
}

async function previewSuperseded(deps: BillRetentionDeps, days: number | null): Promise<RetentionPreview> {
  const before = computeInstantBefore(deps, days);
  if (before === null) return EMPTY_PREVIEW;
  const old = await findOldSuperseded(deps, before);
  if (old.length === 0) return { ...EMPTY_PREVIEW, keepDays: days, before };
  const deliveries = old.map(({ id }) => id);
  const { answer } = await deleteDeliveries(deps, { deliveries, ...buildRetentionAct(days), source: '', dryRun: true });
  return {
    ...{ keepDays: days, before, rows: answer.rows, files: answer.lakeFiles + answer.rawFiles },
    ...{ sizeBytes: answer.lakeBytes + answer.rawBytes, unanswerable: answer.unanswerable },
    ...{ first: answer.months[0] ?? null, last: answer.months.at(-1) ?? null },
  };
}

async function deleteSuperseded(deps: BillRetentionDeps, days: number | null) {
  const before = computeInstantBefore(deps, days);
  if (before === null) return [];
  const old = await findOldSuperseded(deps, before);
  const sources = [...new Set(old.map(({ source }) => source))];
  const forgotten = [];
  for (const source of sources) {
    const deliveries = old.filter((delivery) => delivery.source === source).map(({ id }) => id);
    const deleted = await deleteDeliveries(deps, { deliveries, ...buildRetentionAct(days), source, dryRun: false });
    forgotten.push(...deleted.forgotten);
  }
  return forgotten;
}

function buildRetentionAct(days: number | null) {
  return { cause: 'retention', actor: 'retention', why: `supersededDeliveryDays is ${days}` } as const;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
