import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { S3Client } from '@aws-sdk/client-s3';
import type { AppError } from '../errors/index.ts';
import type { Environment } from '../secrets/index.ts';
import { resolveSecret } from '../secrets/index.ts';
import { createUnreachable } from './failures.ts';
import { toFolderPrefix } from './keys.ts';
import { ATTEMPTS, runWithDeadline } from './retry.ts';
import { isAmazon } from './s3-endpoint.ts';
import { toS3Failure } from './s3-failures.ts';
import type { S3Location } from './schema.ts';

const CONNECT_MS = 10_000;
/** Timeout for the head of a response; a body has its own limit. */
const ANSWER_MS = 30_000;
/** Each open body holds one. */
const MAX_CONNECTIONS = 500;

export interface S3Place {
  readonly client: S3Client;
  readonly bucket: string;
  /** `` or `a/b/`: objects outside it are not accessed. */
  readonly folder: string;
  readonly shown: string;
}

/** Client of a bucket of S3 or of an S3-compatible server. No request is sent before the first use. */
export async function openS3Place(location: S3Location, environment: Environment): Promise<S3Place> {
  const { endpoint, bucket } = location;
  const region = location.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? 'us-east-1';
  const credentials = await resolveS3Credentials(location, region, environment);
  const agent = { maxSockets: MAX_CONNECTIONS, keepAlive: true };
  const timeouts = { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, throwOnRequestTimeout: true };
  const client = new S3Client({
    region,
    ...(credentials === null ? {} : { credentials }),
    ...(endpoint === undefined ? { followRegionRedirects: true } : { endpoint }),
    forcePathStyle: location.forcePathStyle ?? (endpoint !== undefined && !isAmazon(endpoint)),
    retryMode: 'adaptive',
    maxAttempts: ATTEMPTS,
    requestHandler: { ...timeouts, httpAgent: agent, httpsAgent: agent },
    // S3-compatible servers handle checksums in different ways. The length shows that a read body is complete; the signature
    // covers a written body.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  const folder = toFolderPrefix(location.prefix);
  return { client, bucket, folder, shown: `s3://${bucket}/${folder}`.replace(/\/$/, '') };
}

/** Subject of one request, for its error message. */
export interface S3Question {
  /** Object key; null for a request to the bucket itself. */
  readonly key: string | null;
  /** The right that it takes; by default those of listing and reading. */
  readonly right?: string;
  /** Until the answer is there, retries included. */
  readonly deadlineMs?: number;
}

/** Sends a request within a deadline and converts its error to an `AppError`. */
export async function requestS3<T>(
  place: S3Place,
  { key, right, deadlineMs }: S3Question,
  act: (options: { abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  return runWithDeadline((abortSignal) => act({ abortSignal }), deadlineMs).catch((error: unknown) => {
    throw toS3Failure(error, place.shown, key, right);
  });
}

export function createNotS3(place: S3Place, what: string): AppError {
  return createUnreachable(place.shown, `returned an invalid response for S3: ${what}`, null);
}

type Credentials = NonNullable<S3ClientConfig['credentials']>;
type RoleToAssume = NonNullable<S3Location['assumeRole']>;

/** What to sign with; null leaves it to the SDK's default chain: environment, profile, container, machine. */
async function resolveS3Credentials(
  location: S3Location,
  region: string,
  environment: Environment,
): Promise<Credentials | null> {
  const own = location.credentials === undefined ? null : await revealAccessKey(location.credentials, environment);
  return location.assumeRole === undefined ? own : assumeRoleCredentials(location, location.assumeRole, region, own);
}

async function revealAccessKey(given: NonNullable<S3Location['credentials']>, environment: Environment) {
  const reveal = async (reference: string) => (await resolveSecret(reference, environment)).reveal();
  return {
    accessKeyId: await reveal(given.accessKeyId),
    secretAccessKey: await reveal(given.secretAccessKey),
    ...(given.sessionToken === undefined ? {} : { sessionToken: await reveal(given.sessionToken) }),
  };
}

/** Assumes the role at the first request and again before it expires. A custom endpoint that is not Amazon is also used for STS. */
async function assumeRoleCredentials(
  location: S3Location,
  role: RoleToAssume,
  region: string,
  own: Awaited<ReturnType<typeof revealAccessKey>> | null,
): Promise<Credentials> {
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const { endpoint } = location;
  const assume = fromTemporaryCredentials({
    params: {
      RoleArn: role.roleArn,
      RoleSessionName: role.sessionName ?? 'steelyard',
      ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
    },
    ...(own === null ? {} : { masterCredentials: own }),
    clientConfig: { region, ...(endpoint === undefined || isAmazon(endpoint) ? {} : { endpoint }) },
  });
  return () =>
    assume().catch((error: unknown) => {
      throw toS3Failure(error, `the role ${role.roleArn}`, null);
    });
}
