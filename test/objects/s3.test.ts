import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRemoteObjects } from '../../src/platform/objects/index.ts';
import { objectsSuite } from '../../src/platform/objects/suite.testing.ts';
import { systemClock } from '../../src/platform/units/index.ts';
import { findMoto, type S3Server, type S3User, startS3 } from '../support/moto.ts';

const there = findMoto() !== null || process.env.CI !== undefined;

describe.skipIf(!there)('objects in S3 (skipped where moto_server is not installed)', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3();
  });
  afterAll(() => server?.stop());

  function open(bucket: string, user: S3User = server, more = '', clock = systemClock) {
    const keys = 'accessKeyId=env:KEY&secretAccessKey=env:SECRET';
    const address = `s3://${bucket}/kept/here?region=us-east-1&endpoint=${server.endpoint}&${keys}${more}`;
    const environment = { KEY: user.accessKeyId, SECRET: user.secretAccessKey };
    return openRemoteObjects(address, { clock, environment });
  }

  objectsSuite(
    "moto's S3",
    async () => {
      const bucket = await server.newBucket();
      return { open: () => open(bucket) };
    },
    { bigBytes: 300 * 1024 ** 2 },
  );
});
