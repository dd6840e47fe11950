import { join, relative } from 'node:path';
import type { Monitoring } from '../mlops/monitoring/index.ts';
import { verifyTrail } from '../platform/audit/index.ts';
import { createBackups } from '../platform/backup/index.ts';
import {
  createAuditVerifier,
  createIntegrity,
  createJournalVerifier,
  createLakeVerifier,
  createObjectsVerifier,
  storeVerifier,
} from '../platform/integrity/index.ts';
import { type JournalFinding, listKnownDamage, verifyJournals } from '../platform/journal/index.ts';
import { createLakeMoves } from '../platform/lake-moves/index.ts';
import { createKeptDigests, keepDigests, type Objects, openRemoteObjects } from '../platform/objects/index.ts';
import { createTableRetention } from '../platform/retention/index.ts';
import { listLiveServers } from '../platform/servers/index.ts';
import type { Store } from '../platform/store/index.ts';
import { createSystem } from '../platform/system/index.ts';
import type { Infrastructure } from './infrastructure.ts';
import { readVersion } from './version.ts';
import type { wireFinops } from './wire-finops.ts';
import type { wireGpus } from './wire-gpus.ts';

/** Objects of the data folder, and of the bucket for artifacts: a key may be in both. */
const FOLDER = 'folder';
const BUCKET = 'bucket';

/**
 * Raw bills are named by their digest. The digest of an upload is in the file of its facts. Stored windows and rows of monitors contain their own
 * digest, and are recomputed if they are damaged.
 */
const RAW_BILL = /^bills\/([0-9a-f]{64})$/;
const isKept = (key: string) => !/^(bills\/|uploads\/[^/]+\/content$|monitoring\/windows\/)/.test(key);
const readStatedDigest = (key: string) => RAW_BILL.exec(key)?.[1] ?? null;

/** Objects of the data folder with their digests in the store. */
export function addFolderDigests(objects: Objects, store: Store): Objects {
  return keepDigests(objects, { store, place: FOLDER, isKept, statedDigest: readStatedDigest });
}

/** Objects of a bucket with their digests in the store. */
export function addBucketDigests(objects: Objects, store: Store): Objects {
  return keepDigests(objects, { store, place: BUCKET, isKept: () => true, statedDigest: () => null });
}

export interface TableRetentionDeps {
  readonly billing: ReturnType<typeof wireFinops>['billing'];
  readonly gpuTelemetry: ReturnType<typeof wireGpus>['gpuTelemetry'];
  readonly monitoring: Monitoring;
}

/** The dry run of retention by age, over the tables of all wings. */
export function wireTableRetention(
  { config }: Infrastructure,
  { billing, gpuTelemetry, monitoring }: TableRetentionDeps,
) {
  const { predictionDays, labelDays, gpuReadingDays, rawBillDays, supersededDeliveryDays } = config;
  return createTableRetention([
    {
      ...{ table: 'predictions', setting: 'predictionDays', days: predictionDays },
      preview: monitoring.previewPredictions,
    },
    { table: 'labels', setting: 'labelDays', days: labelDays, preview: monitoring.previewLabels },
    {
      ...{ table: 'shadowPredictions', setting: 'predictionDays', days: predictionDays },
      preview: monitoring.previewShadows,
    },
    { table: 'gpuReadings', setting: 'gpuReadingDays', days: gpuReadingDays, preview: gpuTelemetry.previewReadings },
    { table: 'rawBills', setting: 'rawBillDays', days: rawBillDays, preview: billing.retention.previewRaw },
    {
      ...{ table: 'supersededDeliveries', setting: 'supersededDeliveryDays', days: supersededDeliveryDays },
      preview: billing.retention.previewSuperseded,
    },
  ]);
}

/** Verification and repair. */
export function wireIntegrity(
  infrastructure: Infrastructure,
  { billing, allocation }: Pick<ReturnType<typeof wireFinops>, 'billing' | 'allocation'>,
) {
  const { clock, log, store, lake, longJobs: jobs, storeProblems } = infrastructure;
  const journals = listJournals(infrastructure);
  const places = listObjectPlaces(infrastructure);
  return createIntegrity({
    clock,
    log,
    store,
    jobs,
    known: {
      journals: () => findInJournals(infrastructure, listKnownDamage),
      lakeFiles: () => lake.upkeep.damagedFiles(store),
      objects: async () => {
        const found = await Promise.all(
          places.map(async ({ shown, digests }) => ({ shown, kept: await digests.damaged() })),
        );
        return found.flatMap(({ shown, kept }) => kept.map((one) => ({ place: shown, kept: one })));
      },
      store: storeProblems,
    },
    verifiers: [
      storeVerifier(store),
      createAuditVerifier(() => verifyTrail(store, null)),
      createJournalVerifier({
        check: () => findInJournals(infrastructure, verifyJournals),
        restoreLedgers: async () => {
          for (const journal of journals) await journal.restoreLedger();
        },
        settle: async () => {
          for (const journal of journals) await journal.settle();
        },
      }),
      // Before the lake, whose files are rebuilt from raw bills.
      ...places.map(createObjectsVerifier),
      createLakeVerifier({ clock, store, lake, rebuilders: [billing.rebuilder, allocation.rebuilder] }),
      billing.references,
    ],
  });
}

export function wireSystem({ clock, folder, store }: Infrastructure) {
  return createSystem({ clock, folder, engine: store.engine, version: readVersion() });
}

export function wireBackups(infrastructure: Infrastructure) {
  const { folder, clock, log, store, lake, objects, longJobs: jobs } = infrastructure;
  return createBackups({
    folder,
    clock,
    log,
    store,
    lake,
    objects,
    jobs,
    digests: { place: FOLDER, isKept },
    statedDigest: readStatedDigest,
    journals: listJournals(infrastructure),
    version: readVersion(),
  });
}

export function wireLakeMoves(infrastructure: Infrastructure) {
  const { config, clock, log, store, lake, lakePlaces: places, longJobs: jobs, place } = infrastructure;
  return createLakeMoves({
    ...{ clock, log, store, lake, places, jobs },
    isReadElsewhere: config.lakeEngine === 'trino',
    openBucket: (address) => openRemoteObjects(address, { clock }),
    servers: place.membership === null ? null : { own: place.membership.name, list: () => listLiveServers(store) },
  });
}

/** Findings in the journals of this server, or of every server of several; their files are then named from the data folder on. */
async function findInJournals(
  { folder, place }: Infrastructure,
  find: (folder: string) => Promise<readonly JournalFinding[]>,
): Promise<JournalFinding[]> {
  const findings: JournalFinding[] = [];
  for (const one of await place.journalFolders()) {
    const named = (file: string) => (place.membership === null ? file : relative(folder, join(one, file)));
    findings.push(...(await find(one)).map((finding) => ({ ...finding, file: named(finding.file) })));
  }
  return findings;
}

function listJournals({ predictionLog, gpuReadings }: Infrastructure) {
  return [predictionLog.predictions, predictionLog.labels, predictionLog.shadows, gpuReadings];
}

/** The objects of the data folder and, where one is configured, of the bucket for artifacts. */
function listObjectPlaces({ folder, store, objects, artifacts }: Infrastructure) {
  const local = {
    objects,
    digests: createKeptDigests({ store, place: FOLDER, isKept }),
    shown: 'objects',
    statedDigest: readStatedDigest,
    pathOf: (key: string) => join(folder, 'objects', ...key.split('/')),
  };
  if (artifacts === objects) return [local];
  const bucket = {
    objects: artifacts,
    digests: createKeptDigests({ store, place: BUCKET, isKept: () => true }),
    shown: 'bucket',
    statedDigest: () => null,
    pathOf: null,
  };
  return [local, bucket];
}
