import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { type Environment, resolveSecret } from '../secrets/index.ts';
import { isAmazon } from './s3-endpoint.ts';
import { toS3Failure } from './s3-failures.ts';
import type { S3Location } from './schema.ts';

type Credentials = NonNullable<S3ClientConfig['credentials']>;
type RoleToAssume = NonNullable<S3Location['assumeRole']>;

/** What to sign with; null leaves it to the SDK's default chain: environment, profile, container, machine. */
export async function resolveS3Credentials(
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
