import { afterAll, beforeAll, describe } from 'vitest';
import { directSuite } from '../../src/platform/objects/direct-suite.testing.ts';
import { openRemoteObjects } from '../../src/platform/objects/index.ts';
import { objectsSuite } from '../../src/platform/objects/suite.testing.ts';
import { systemClock } from '../../src/platform/units/index.ts';
import { type BlobServer, startAzurite } from '../support/azurite.ts';

describe('objects in Azure Blob', () => {
  let server: BlobServer;
  beforeAll(async () => {
    server = await startAzurite();
  });
  afterAll(() => server?.stop());

  function open(container: string, parameters = 'connectionString=env:SECRET', secret = server.connectionString) {
    const address = `azure-blob://${container}/kept/here?${parameters}`;
    return openRemoteObjects(address, { clock: systemClock, environment: { SECRET: secret } });
  }
  async function newPlace() {
    const container = await server.newContainer();
    return { open: () => open(container) };
  }

  objectsSuite('Azurite', newPlace, { bigBytes: 300 * 1024 ** 2 });
  directSuite('Azurite', newPlace);
});
