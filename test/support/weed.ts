import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { freePort } from './free-port.ts';
import { startServerChild } from './server-child.ts';

/** SeaweedFS with its S3 API, in a separate process. */
export interface WeedServer extends AsyncDisposable {
  readonly endpoint: string;
  readonly port: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Creates an empty bucket with a unique name. */
  newBucket(): Promise<string>;
  /** Keys below a prefix. */
  keys(bucket: string, prefix: string): Promise<string[]>;
}

const USER = { accessKeyId: 'owner', secretAccessKey: 'a key of the tests' };
const IDENTITIES = {
  identities: [
    {
      name: 'owner',
      credentials: [{ accessKey: USER.accessKeyId, secretKey: USER.secretAccessKey }],
      actions: ['Admin', 'Read', 'Write', 'List', 'Tagging'],
    },
  ],
};

/** The program of TEST_WEED; null where it is not there. */
export function findWeed(): string | null {
  const program = process.env.TEST_WEED ?? '';
  return existsSync(program) ? program : null;
}

/** Starts SeaweedFS on free loopback ports with a new folder; disposing ends it and removes the folder. */
export async function startWeed(): Promise<WeedServer> {
  const program = findWeed();
  if (program === null) throw new Error('SeaweedFS is not there; TEST_WEED names its program');
  const folder = mkdtempSync(join(tmpdir(), 'weed-'));
  const identities = join(folder, 's3.json');
  writeFileSync(identities, JSON.stringify(IDENTITIES));
  mkdirSync(join(folder, 'data'));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: USER });
  const child = await startServerChild(program, await listArguments(folder, port), { HOME: folder }, async () => {
    await client.send(new CreateBucketCommand({ Bucket: 'ready' }));
    return true;
  });
  let made = 0;
  return {
    ...{ endpoint, port, ...USER },
    async newBucket() {
      made += 1;
      await client.send(new CreateBucketCommand({ Bucket: `bucket-${made}` }));
      return `bucket-${made}`;
    },
    async keys(bucket, prefix) {
      const listed = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
      return (listed.Contents ?? []).map(({ Key }) => Key ?? '');
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
      await child.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The gRPC ports of its parts are named too: by default they are 10,000 above the others, which may not exist. */
async function listArguments(folder: string, port: number): Promise<string[]> {
  const parts = ['master.port', 'master.port.grpc', 'volume.port', 'volume.port.grpc', 'filer.port', 'filer.port.grpc'];
  const ports = await Promise.all([...parts, 's3.port.grpc'].map(async (part) => `-${part}=${await freePort()}`));
  const place = ['server', '-ip=127.0.0.1', '-ip.bind=127.0.0.1', `-dir=${join(folder, 'data')}`];
  const small = ['-master.volumeSizeLimitMB=64', '-volume.max=200', '-master.telemetry=false'];
  const none = ['-s3.port.iceberg=0', '-s3.port.lance=0'];
  return [...place, '-s3', `-s3.port=${port}`, `-s3.config=${join(folder, 's3.json')}`, ...small, ...none, ...ports];
}
