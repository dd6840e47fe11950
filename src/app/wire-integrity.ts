import { join } from 'node:path';
import type { Monitoring } from '../mlops/monitoring/index.ts';
import { journalFolder } from '../mlops/predictions/index.ts';
import { verifyTrail } from '../platform/audit/index.ts';
import { createBackups } from '../platform/backup/index.ts';
import {
  auditVerifier,
  createIntegrity,
  journalVerifier,
  lakeVerifier,
  objectsVerifier,
  storeVerifier,
} from '../platform/integrity/index.ts';
import { listKnownDamage, verifyJournals } from '../platform/journal/index.ts';
import { keepDigests, keptDigests, type Objects } from '../platform/objects/index.ts';
import { createTableRetention } from '../platform/retention/index.ts';
import type { Store } from '../platform/store/index.ts';
import type { Ground } from './ground.ts';
import { readVersion } from './version.ts';
import type { wireFinops } from './wire-finops.ts';

/** Objects of the data folder, and of the bucket for artifacts: a key may be in both. */
const FOLDER = 'folder';
const BUCKET = 'bucket';

/**
 * Raw bills are named by their digest. Uploads are kept for a day, next to a file with their digest. Stored windows and rows of monitors contain
 * their own digest, and are recomputed if they are damaged.
 */
const RAW_BILL = /^bills\/([0-9a-f]{64})$/;
const isKept = (key: string) => !/^(bills|uploads|monitoring\/windows)\//.test(key);
const statedDigest = (key: string) => RAW_BILL.exec(key)?.[1] ?? null;

/** Objects of the data folder with their digests in the store. */
export function withDigests(objects: Objects, store: Store): Objects {
  return keepDigests(objects, { store, place: FOLDER, isKept, statedDigest });
}

/** Objects of a bucket with their digests in the store. */
export function bucketWithDigests(objects: Objects, store: Store): Objects {
  return keepDigests(objects, { store, place: BUCKET, isKept: () => true, statedDigest: () => null });
}

/** The dry run of retention by age, over the tables of all wings. */
export function wireTableRetention(
  { config }: Ground,
  { billing, gpus, monitoring }: Pick<ReturnType<typeof wireFinops>, 'billing' | 'gpus'> & { monitoring: Monitoring },
) {
  const { predictionDays, labelDays, gpuReadingDays, rawBillDays, supersededDeliveryDays } = config;
  return createTableRetention([
    {
      ...{ table: 'predictions', setting: 'predictionDays', days: predictionDays },
      preview: monitoring.previewPredictions,
    },
    { table: 'labels', setting: 'labelDays', days: labelDays, preview: monitoring.previewLabels },
    { table: 'gpuReadings', setting: 'gpuReadingDays', days: gpuReadingDays, preview: gpus.previewReadings },
    { table: 'rawBills', setting: 'rawBillDays', days: rawBillDays, preview: billing.retention.previewRaw },
    {
      ...{ table: 'supersededDeliveries', setting: 'supersededDeliveryDays', days: supersededDeliveryDays },
      preview: billing.retention.previewSuperseded,
    },
  ]);
}

/** Verification, repair and backups. */
export function wireIntegrity(
  ground: Ground,
  { billing, allocation }: Pick<ReturnType<typeof wireFinops>, 'billing' | 'allocation'>,
) {
  const { store, objects, artifacts, predictionLog, gpuReadings } = ground;
  const journals = [predictionLog.predictions, predictionLog.labels, gpuReadings];
  const folder = {
    objects,
    digests: keptDigests({ store, place: FOLDER, isKept }),
    shown: 'objects',
    statedDigest,
    pathOf: (key: string) => join(ground.folder, 'objects', ...key.split('/')),
  };
  const bucket = {
    objects: artifacts,
    digests: keptDigests({ store, place: BUCKET, isKept: () => true }),
    shown: 'bucket',
    statedDigest: () => null,
    pathOf: null,
  };
  const places = artifacts === objects ? [folder] : [folder, bucket];
  const integrity = createIntegrity({
    ...ground,
    jobs: ground.longJobs,
    known: {
      journals: () => listKnownDamage(journalFolder(ground.folder)),
      lakeFiles: () => ground.lake.upkeep.damagedFiles(store),
      objects: async () => {
        const found = await Promise.all(
          places.map(async ({ shown, digests }) => ({ shown, kept: await digests.damaged() })),
        );
        return found.flatMap(({ shown, kept }) => kept.map((one) => ({ place: shown, kept: one })));
      },
      store: ground.storeProblems,
    },
    verifiers: [
      storeVerifier(store),
      auditVerifier(() => verifyTrail(store, null)),
      journalVerifier({
        check: () => verifyJournals(journalFolder(ground.folder)),
        restoreLedgers: async () => {
          for (const journal of journals) await journal.restoreLedger();
        },
        settle: async () => {
          for (const journal of journals) await journal.settle();
        },
      }),
      // Before the lake, whose files are rebuilt from raw bills.
      ...places.map(objectsVerifier),
      lakeVerifier({ ...ground, rebuilders: [billing.rebuilder, allocation.rebuilder] }),
      billing.references,
    ],
  });
  const { folder: dataFolder, lake, clock, log } = ground;
  const backups = createBackups({
    ...{ store, lake, objects, clock, log, jobs: ground.longJobs },
    folder: dataFolder,
    digests: { place: FOLDER, isKept },
    statedDigest,
    journals,
    version: readVersion(),
  });
  return { integrity, backups };
}
