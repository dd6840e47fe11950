import type { BucketLocation } from '../../platform/buckets/index.ts';

/** Display name of a location; contains no credentials. */
export function formatLocation(location: BucketLocation): string {
  switch (location.type) {
    case 'folder':
      return location.path;
    case 's3':
      return joinPath(`s3://${location.bucket}`, location.prefix);
    case 'azureBlob':
      return joinPath(`${nameAzureAccount(location)}/${location.container}`, location.prefix);
  }
}

function nameAzureAccount({ account, accountUrl }: Extract<BucketLocation, { type: 'azureBlob' }>): string {
  return (
    accountUrl?.replace(/\/+$/, '') ?? (account === undefined ? 'azure:/' : `https://${account}.blob.core.windows.net`)
  );
}

function joinPath(place: string, prefix: string | undefined): string {
  const below = (prefix ?? '').replace(/^\/+|\/+$/g, '');
  return below === '' ? place : `${place}/${below}`;
}
