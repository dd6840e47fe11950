import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { onFreePort } from './free-port.ts';
import { startServerChild } from './server-child.ts';
import { openSignedDoor } from './signed-door.ts';

/** An access key of moto's own IAM: others are refused, signatures are checked. */
export interface S3User {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A server of the S3, IAM and STS APIs of AWS: moto, in a separate process. */
export interface S3Server extends S3User, AsyncDisposable {
  readonly endpoint: string;
  /** Creates an empty bucket with a unique name. */
  newBucket(): Promise<string>;
  /** Removes an empty bucket. */
  removeBucket(bucket: string): Promise<void>;
  /** A stream needs its size. */
  put(bucket: string, key: string, content: Buffer | string | Readable, sizeBytes?: number): Promise<void>;
  remove(bucket: string, key: string): Promise<void>;
  /** Keys of the objects in the bucket. */
  keys(bucket: string): Promise<string[]>;
  /** Keys of unfinished multipart uploads, each with the number of its parts. */
  uploads(bucket: string): Promise<Map<string, number>>;
  /** A user with only the permissions of the policy (an IAM policy document). */
  newUser(policy: object): Promise<S3User>;
  /** A role with the permissions of the policy, for callers that may `sts:AssumeRole`. Returns its ARN. */
  newRole(policy: object, trust: object): Promise<string>;
  stop(): Promise<void>;
}

export const ALLOW_ALL = statement({ Effect: 'Allow', Action: '*', Resource: '*' });
const region = 'us-east-1';

export function statement(...statements: object[]): object {
  return { Version: '2012-10-17', Statement: statements };
}

/** moto's program: of TEST_MOTO_SERVER, or of the environment in `.cache/moto`; null where neither is there. */
export function findMoto(): string | null {
  const fallback = join(import.meta.dirname, '..', '..', '.cache', 'moto', 'bin', 'moto_server');
  const program = process.env.TEST_MOTO_SERVER ?? fallback;
  return existsSync(program) ? program : null;
}

/** Starts moto on a free loopback port with one administrator; disposing ends it and discards its data. */
export async function startS3(): Promise<S3Server> {
  const { endpoint, owner, stop } = await startMoto();
  // From here on moto authenticates every request.
  await post(`${endpoint}/moto-api/reset-auth`, '0', { 'content-type': 'text/plain' });
  const client = clientOf(endpoint, owner);
  return { endpoint, ...owner, ...ownersHand(endpoint, client), ...stopping(client, stop) };
}

/**
 * The same with signed URLs: a proxy in front of moto checks them, because moto does not. Requests with other
 * signatures are not authenticated.
 */
export async function startSignedS3(): Promise<S3Server> {
  const { endpoint, owner, stop } = await startMoto();
  const door = await openSignedDoor({ endpoint, ...owner });
  const client = clientOf(endpoint, owner);
  const stopBoth = async () => {
    await door[Symbol.asyncDispose]();
    await stop();
  };
  return { ...owner, ...ownersHand(endpoint, client), endpoint: door.endpoint, ...stopping(client, stopBoth) };
}

async function startMoto(): Promise<{ endpoint: string; owner: S3User; stop: () => Promise<void> }> {
  const program = findMoto();
  if (program === null) throw new Error('moto is not there: python3 -m venv .cache/moto; pip install moto[server,s3]');
  const { endpoint, child } = await onFreePort(async (port) => {
    const url = `http://127.0.0.1:${port}`;
    const ready = async () => (await fetch(`${url}/moto-api/data.json`)).ok;
    return { endpoint: url, child: await startServerChild(program, ['-H', '127.0.0.1', '-p', `${port}`], {}, ready) };
  });
  return { endpoint, owner: await newUser(endpoint, 'owner', ALLOW_ALL), stop: child.stop };
}

function clientOf(endpoint: string, credentials: S3User): S3Client {
  const settings = { endpoint, region, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' } as const;
  return new S3Client({ ...settings, credentials });
}

function stopping(
  client: S3Client,
  stopServer: () => Promise<void>,
): Pick<S3Server, 'stop' | typeof Symbol.asyncDispose> {
  const stop = async () => {
    client.destroy();
    await stopServer();
  };
  return { stop, [Symbol.asyncDispose]: stop };
}

function ownersHand(
  endpoint: string,
  client: S3Client,
): Pick<S3Server, 'newBucket' | 'removeBucket' | 'put' | 'remove' | 'keys' | 'uploads' | 'newUser' | 'newRole'> {
  let made = 0;
  return {
    async newBucket() {
      made += 1;
      const bucket = `bucket-${made}`;
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
      return bucket;
    },
    async removeBucket(bucket) {
      await client.send(new DeleteBucketCommand({ Bucket: bucket }));
    },
    async put(bucket, key, content, sizeBytes) {
      // Without a length the SDK takes an empty text for a stream.
      const size = content === '' ? 0 : sizeBytes;
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content, ContentLength: size }));
    },
    async remove(bucket, key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
    async keys(bucket) {
      const { Contents: listed = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
      return listed.map(({ Key: key = '' }) => key);
    },
    async uploads(bucket) {
      const { Uploads: begun = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      const counted = begun.map(async ({ Key: key = '', UploadId: id }): Promise<[string, number]> => {
        const { Parts: parts = [] } = await client.send(
          new ListPartsCommand({ Bucket: bucket, Key: key, UploadId: id }),
        );
        return [key, parts.length];
      });
      return new Map(await Promise.all(counted));
    },
    newUser: (policy) => withoutAuth(endpoint, () => newUser(endpoint, `user-${++made}`, policy)),
    newRole: (policy, trust) => withoutAuth(endpoint, () => newRole(endpoint, `role-${++made}`, policy, trust)),
  };
}

/** Fills moto's IAM while authentication is disabled, which avoids a second SDK. */
async function withoutAuth<T>(endpoint: string, act: () => Promise<T>): Promise<T> {
  const set = (count: string) => post(`${endpoint}/moto-api/reset-auth`, count, { 'content-type': 'text/plain' });
  await set('1000');
  try {
    return await act();
  } finally {
    await set('0');
  }
}

async function newUser(endpoint: string, name: string, policy: object): Promise<S3User> {
  await iam(endpoint, { Action: 'CreateUser', UserName: name });
  const PolicyDocument = JSON.stringify(policy);
  await iam(endpoint, { Action: 'PutUserPolicy', UserName: name, PolicyName: 'only', PolicyDocument });
  const answer = await iam(endpoint, { Action: 'CreateAccessKey', UserName: name });
  return { accessKeyId: element(answer, 'AccessKeyId'), secretAccessKey: element(answer, 'SecretAccessKey') };
}

async function newRole(endpoint: string, name: string, policy: object, trust: object): Promise<string> {
  const AssumeRolePolicyDocument = JSON.stringify(trust);
  const answer = await iam(endpoint, { Action: 'CreateRole', RoleName: name, AssumeRolePolicyDocument });
  const PolicyDocument = JSON.stringify(policy);
  await iam(endpoint, { Action: 'PutRolePolicy', RoleName: name, PolicyName: 'only', PolicyDocument });
  return element(answer, 'Arn');
}

/** The scope in the header selects the service in moto; the request is not signed. */
function iam(endpoint: string, parameters: Record<string, string>): Promise<string> {
  const scope = `Credential=x/20260101/${region}/iam/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0`;
  const body = new URLSearchParams({ Version: '2010-05-08', ...parameters });
  return post(endpoint, body, { authorization });
}

async function post(url: string, body: string | URLSearchParams, headers: Record<string, string>): Promise<string> {
  const answer = await fetch(url, { method: 'POST', body, headers });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`moto answered ${answer.status}: ${text}`);
  return text;
}

function element(xml: string, name: string): string {
  const found = new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1];
  if (found === undefined) throw new Error(`moto's answer has no ${name}: ${xml}`);
  return found;
}
