import { afterAll, beforeAll, describe } from 'vitest';
import type { TestedPlace } from '../../src/platform/lake/bench.testing.ts';
import { copiedLakeSuite, lakeSuite, sharedLakeSuite } from '../../src/platform/lake/suite.testing.ts';
import { openRemoteObjects } from '../../src/platform/objects/index.ts';
import { systemClock } from '../../src/platform/units/index.ts';
import { type BlobServer, startAzurite } from '../support/azurite.ts';
import { findPostgres, runDatabases } from '../support/postgres.ts';

describe.skipIf(findPostgres() === null)('on PostgreSQL (skipped where it is not installed)', () => {
  let server: BlobServer;
  beforeAll(async () => {
    server = await startAzurite();
  });
  afterAll(() => server?.stop());

  async function newPlace(): Promise<TestedPlace> {
    const address = `azure-blob://${await server.newContainer()}/team/lake?connectionString=env:SECRET`;
    const environment = { SECRET: server.connectionString };
    const files = await openRemoteObjects(address, { clock: systemClock, environment });
    return { database: await (await runDatabases()).newDatabase(), files, root: null, isShared: true };
  }

  for (const suite of [lakeSuite, sharedLakeSuite, copiedLakeSuite]) suite('Azurite', newPlace);
});
