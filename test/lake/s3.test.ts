import { afterAll, beforeAll, describe } from 'vitest';
import type { TestedPlace } from '../../src/platform/lake/bench.testing.ts';
import { copiedLakeSuite, lakeSuite, sharedLakeSuite } from '../../src/platform/lake/suite.testing.ts';
import { openRemoteObjects } from '../../src/platform/objects/index.ts';
import { systemClock } from '../../src/platform/units/index.ts';
import { findMoto, type S3Server, startS3 } from '../support/moto.ts';
import { findPostgres, runDatabases } from '../support/postgres.ts';
import { findWeed, startWeed, type WeedServer } from '../support/weed.ts';

type Bucket = Pick<S3Server, 'endpoint' | 'accessKeyId' | 'secretAccessKey' | 'newBucket'>;

async function newPlace(server: Bucket): Promise<TestedPlace> {
  const keys = 'accessKeyId=env:KEY&secretAccessKey=env:SECRET';
  const address = `s3://${await server.newBucket()}/team/lake?region=us-east-1&endpoint=${server.endpoint}&${keys}`;
  const environment = { KEY: server.accessKeyId, SECRET: server.secretAccessKey };
  const files = await openRemoteObjects(address, { clock: systemClock, environment });
  return { database: await (await runDatabases()).newDatabase(), files, root: null, isShared: true };
}

function suites(kind: string, server: () => Bucket): void {
  for (const suite of [lakeSuite, sharedLakeSuite, copiedLakeSuite]) suite(kind, () => newPlace(server()));
}

const hasStore = findPostgres() !== null;
const hasMoto = findMoto() !== null || process.env.CI !== undefined;

describe.skipIf(!hasMoto || !hasStore)('on PostgreSQL (skipped where it or moto_server is not installed)', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3();
  });
  afterAll(() => server?.stop());

  suites("moto's S3", () => server);
});

describe.skipIf(findWeed() === null || !hasStore)(
  'on PostgreSQL (skipped where it or SeaweedFS is not installed)',
  () => {
    let server: WeedServer;
    beforeAll(async () => {
      server = await startWeed();
    });
    afterAll(() => server?.[Symbol.asyncDispose]());

    suites('SeaweedFS', () => server);
  },
);
