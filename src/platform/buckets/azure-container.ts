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

/** The client of a container, with the credential that the location names; without one, Azure's default chain. */
export async function azureContainer(location: AzureBlobLocation, environment: Environment): Promise<ContainerClient> {
  const { connectionString, sasToken, accountKey } = location;
  const reveal = async (reference: string) => (await resolveSecret(reference, environment)).reveal();
  if (connectionString !== undefined) return fromConnectionString(location, await reveal(connectionString));
  const url = containerUrl(location);
  if (sasToken !== undefined) {
    const token = (await reveal(sasToken)).replace(/^\?/, '');
    return new ContainerClient(`${url}?${token}`, new AnonymousCredential(), OPTIONS);
  }
  if (accountKey !== undefined) {
    const key = new StorageSharedKeyCredential(accountName(location), await reveal(accountKey));
    return new ContainerClient(url, key, OPTIONS);
  }
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new ContainerClient(url, new DefaultAzureCredential(), OPTIONS);
}

function fromConnectionString(location: AzureBlobLocation, text: string): ContainerClient {
  try {
    return BlobServiceClient.fromConnectionString(text, OPTIONS).getContainerClient(location.container);
  } catch {
    // What the SDK says may repeat the text.
    const detail = `The connection string in ${location.connectionString} cannot be read; copy it whole from the account.`;
    throw new AppError('secret_unresolved', detail, { reference: location.connectionString });
  }
}

function containerUrl({ account, accountUrl, container }: AzureBlobLocation): string {
  const service = accountUrl?.replace(/\/+$/, '') ?? `https://${account}.blob.core.windows.net`;
  return `${service}/${encodeURIComponent(container)}`;
}

/** The first label of the host; emulators have an address for a host and the account in the path. */
function accountName({ account, accountUrl }: AzureBlobLocation): string {
  if (account !== undefined) return account;
  const { hostname, pathname } = new URL(accountUrl ?? '');
  return pathname.split('/')[1] || (hostname.split('.')[0] ?? '');
}
