import { z } from 'zod';
import { type AzureBlobLocation, BucketLocation, type S3Location } from '../buckets/schema.ts';

/** Where artifacts are kept when not in the data folder, and whether clients are sent there themselves. */
export interface RemoteObjectsPlace {
  readonly location: S3Location | AzureBlobLocation;
  readonly direct: boolean;
}

const KINDS: Readonly<Record<string, { readonly type: string; readonly name: string }>> = {
  's3:': { type: 's3', name: 'bucket' },
  'azure-blob:': { type: 'azureBlob', name: 'container' },
};
const FORM = '"s3://bucket/prefix?region=…" or "azure-blob://container/prefix?account=…"';

/** Parameters that the location has one level down, with where. */
const NESTED: Readonly<Record<string, string>> = {
  accessKeyId: 'credentials',
  secretAccessKey: 'credentials',
  sessionToken: 'credentials',
  roleArn: 'assumeRole',
  externalId: 'assumeRole',
  sessionName: 'assumeRole',
};

/** The address of a bucket in one line: bucket, prefix, and as parameters what a `location` has as fields. */
export const ObjectsAddress = z.string().superRefine((text, context) => {
  const found = read(text);
  if (typeof found === 'string') context.addIssue({ code: 'custom', message: found });
});

/** What an address names. It has been checked where the settings were read. */
export function objectsPlace(address: string): RemoteObjectsPlace {
  const found = read(address);
  if (typeof found === 'string') throw new Error(found);
  return found;
}

/** The place, or what is wrong with the address. */
function read(text: string): RemoteObjectsPlace | string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const kind = url === null ? undefined : KINDS[url.protocol];
  if (url === null || kind === undefined || url.hostname === '') return `an address: ${FORM}`;
  if (url.username !== '' || url.password !== '' || url.port !== '' || url.hash !== '')
    return 'an address without user, password, port and "#"; credentials are named by reference, "accessKeyId=env:NAME"';
  const { direct, ...fields } = fieldsOf(url);
  if (direct !== undefined && typeof direct !== 'boolean') return '"direct" is true or false';
  const { success, data, error } = BucketLocation.safeParse({ type: kind.type, [kind.name]: url.hostname, ...fields });
  if (!success) return `${FORM}: ${error.issues.map(said).join('; ')}`;
  return data.type === 'folder' ? `an address: ${FORM}` : { location: data, direct: direct ?? true };
}

function fieldsOf({ pathname, searchParams }: URL): Record<string, unknown> {
  const prefix = decodeURIComponent(pathname).replace(/^\/+|\/+$/g, '');
  const fields: Record<string, unknown> = prefix === '' ? {} : { prefix };
  for (const [name, text] of searchParams) {
    const value = text === 'true' || text === 'false' ? text === 'true' : text;
    const group = NESTED[name];
    if (group === undefined) fields[name] = value;
    else fields[group] = { ...Object(fields[group]), [name]: value };
  }
  return fields;
}

function said({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
