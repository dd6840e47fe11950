import { afterAll, beforeAll, describe } from 'vitest';
import { directSuite } from '../../src/platform/objects/direct-suite.testing.ts';
import { openRemoteObjects } from '../../src/platform/objects/index.ts';
import { objectsSuite } from '../../src/platform/objects/suite.testing.ts';
import { type Clock, systemClock } from '../../src/platform/units/index.ts';
import { findMoto, type S3Server, type S3User, startS3, startSignedS3 } from '../support/moto.ts';

const there = findMoto() !== null || process.env.CI !== undefined;

describe.skipIf(!there)('objects in S3 (skipped where moto_server is not installed)', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3();
  });
  afterAll(() => server?.stop());

  function open(
    bucket: string,
    { parameters = '', clock = systemClock }: { parameters?: string; clock?: Clock } = {},
    user: S3User = server,
    { endpoint }: S3Server = server,
  ) {
    const keys = 'accessKeyId=env:KEY&secretAccessKey=env:SECRET';
    const address = `s3://${bucket}/kept/here?region=us-east-1&endpoint=${endpoint}&${keys}${parameters}`;
    const environment = { KEY: user.accessKeyId, SECRET: user.secretAccessKey };
    return openRemoteObjects(address, { clock, environment });
  }
  async function newPlace() {
    const bucket = await server.newBucket();
    return { open: () => open(bucket) };
  }

  objectsSuite("moto's S3", newPlace, { bigBytes: 300 * 1024 ** 2 });

  describe('with a door that checks signed addresses', () => {
    let signed: S3Server;
    beforeAll(async () => {
      signed = await startSignedS3();
    });
    afterAll(() => signed?.stop());

    directSuite("moto's S3", async () => {
      const bucket = await signed.newBucket();
      return { open: () => open(bucket, {}, signed, signed) };
    });
  });
});
