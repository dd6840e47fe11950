import type { DefaultAzureCredential } from '@azure/identity';
import {
  AnonymousCredential,
  BlobServiceClient,
  ContainerClient,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { AppError } from '../errors/index.ts';
import { type Environment, resolveSecret } from '../secrets/index.ts';
import type { AzureBlobLocation } from './schema.ts';

/** Once: repeats are decided elsewhere. */
const OPTIONS = { retryOptions: { maxTries: 1 } } as const;

export type AzureCredential = StorageSharedKeyCredential | DefaultAzureCredential;

interface AzureAccess {
  readonly container: ContainerClient;
  readonly credential: AzureCredential | null;
}

/** The client of a container, with the credential that the location names; without one, Azure's default chain. */
export async function openAzureContainer(location: AzureBlobLocation, environment: Environment): Promise<AzureAccess> {
  const { connectionString, sasToken, accountKey } = location;
  const reveal = async (reference: string) => (await resolveSecret(reference, environment)).reveal();
  if (connectionString !== undefined) return openByConnectionString(location, await reveal(connectionString));
  const url = buildContainerUrl(location);
  if (sasToken !== undefined) {
    const token = (await reveal(sasToken)).replace(/^\?/, '');
    return { container: new ContainerClient(`${url}?${token}`, new AnonymousCredential(), OPTIONS), credential: null };
  }
  const credential =
    accountKey === undefined
      ? new (await import('@azure/identity')).DefaultAzureCredential()
      : new StorageSharedKeyCredential(readAccountName(location), await reveal(accountKey));
  return { container: new ContainerClient(url, credential, OPTIONS), credential };
}

function openByConnectionString(location: AzureBlobLocation, text: string): AzureAccess {
  try {
    const service = BlobServiceClient.fromConnectionString(text, OPTIONS);
    const credential = service.credential instanceof StorageSharedKeyCredential ? service.credential : null;
    return { container: service.getContainerClient(location.container), credential };
  } catch {
    // The error of the SDK is not attached: its message may contain the connection string.
    const detail = `The connection string in ${location.connectionString} is invalid; copy the whole string from the account.`;
    throw new AppError('secret_unresolved', detail, { reference: location.connectionString });
  }
}

function buildContainerUrl({ account, accountUrl, container }: AzureBlobLocation): string {
  const service = accountUrl?.replace(/\/+$/, '') ?? `https://${account}.blob.core.windows.net`;
  return `${service}/${encodeURIComponent(container)}`;
}

/** The first label of the host; emulators have an address for a host and the account in the path. */
function readAccountName({ account, accountUrl }: AzureBlobLocation): string {
  if (account !== undefined) return account;
  const { hostname, pathname } = new URL(accountUrl ?? '');
  return pathname.split('/')[1] || (hostname.split('.')[0] ?? '');
}
