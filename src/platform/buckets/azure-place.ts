import type { ContainerClient } from '@azure/storage-blob';
import type { AppError } from '../errors/index.ts';
import type { Environment } from '../secrets/index.ts';
import { type AzureCredential, openAzureContainer } from './azure-container.ts';
import { isAzureRetryable, toAzureFailure } from './azure-failures.ts';
import { createUnreachable } from './failures.ts';
import { toFolderPrefix } from './keys.ts';
import { retryWithBackoff, runWithDeadline } from './retry.ts';
import type { AzureBlobLocation } from './schema.ts';

export interface AzurePlace {
  readonly container: ContainerClient;
  /** Credential that can sign URLs for other clients; null for a SAS token, which cannot. */
  readonly credential: AzureCredential | null;
  /** `` or `a/b/`: objects outside it are not accessed. */
  readonly folder: string;
  readonly shown: string;
}

/** The client of a container of Azure Blob Storage. No request is sent before the first use. */
export async function openAzurePlace(location: AzureBlobLocation, environment: Environment): Promise<AzurePlace> {
  const { container, credential } = await openAzureContainer(location, environment);
  const folder = toFolderPrefix(location.prefix);
  const { origin, pathname } = new URL(container.url); // without the signature in its query
  return { container, credential, folder, shown: `${origin}${pathname}/${folder}`.replace(/\/$/, '') };
}

/** Subject of one request, for its error message. */
export interface AzureQuestion {
  /** Object key; null for a request to the container itself. */
  readonly key: string | null;
  /** The right that it takes; by default those of listing and reading. */
  readonly right?: string;
}

/** Retries are off in the SDK (it does not retry on 429). This function alone decides which requests are retried and for how long. */
export async function requestAzure<T>(
  place: AzurePlace,
  { key, right }: AzureQuestion,
  act: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const asking = runWithDeadline((signal) => retryWithBackoff(() => act(signal), isAzureRetryable, signal));
  return asking.catch((error: unknown) => {
    throw toAzureFailure(error, place.shown, key, right);
  });
}

export function createNotAzure(place: AzurePlace, what: string): AppError {
  return createUnreachable(place.shown, `returned an invalid response for Azure Blob: ${what}`, null);
}

/** Listings give the etag without its quotes, downloads with them. */
export function stripEtagQuotes(etag: string): string {
  return etag.replace(/^"|"$/g, '');
}
