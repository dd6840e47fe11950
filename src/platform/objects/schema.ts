import { z } from 'zod';
import { type AzureBlobLocation, BucketLocation, type S3Location } from '../buckets/schema.ts';

/** Bucket for artifacts outside the data folder, and whether clients are redirected to it. */
export interface RemoteObjectsPlace {
  readonly location: S3Location | AzureBlobLocation;
  readonly direct: boolean;
}

const KINDS: Readonly<Record<string, { readonly type: string; readonly name: string }>> = {
  s3: { type: 's3', name: 'bucket' },
  'azure-blob': { type: 'azureBlob', name: 'container' },
  azure: { type: 'azureBlob', name: 'container' },
};
/** Scheme, bucket, prefix, parameters. It has no user, password, port or escape. */
const ADDRESS = /^([a-z0-9-]+):\/\/([\w.-]+)((?:\/[\w.=+~-]+)*)\/?(?:\?([^#]*))?$/;
const FORM =
  '"s3://bucket/prefix?region=…" or "azure-blob://container/prefix?account=…", credentials by reference ("accessKeyId=env:NAME")';
/** Fields that the address has before its query parameters. */
const BEFORE: ReadonlySet<string> = new Set(['type', 'bucket', 'container', 'prefix']);

/** Parameters that the location has one level down, with where. */
const NESTED: Readonly<Record<string, string>> = {
  accessKeyId: 'credentials',
  secretAccessKey: 'credentials',
  sessionToken: 'credentials',
  roleArn: 'assumeRole',
  externalId: 'assumeRole',
  sessionName: 'assumeRole',
};

/** The address of a bucket in one line: bucket, prefix, and the other fields of a `location` as parameters. */
export const ObjectsAddress = z.string().superRefine((text, context) => {
  const found = parseAddress(text);
  if (typeof found === 'string') context.addIssue({ code: 'custom', message: found });
});

/** Parses an address. The configuration has already validated it. */
export function parseObjectsPlace(address: string): RemoteObjectsPlace {
  const found = parseAddress(address);
  if (typeof found === 'string') throw new Error(found);
  return found;
}

/** The bucket of an address without its parameters; one text for every way to write it. */
export function nameObjectsPlace(address: string): string {
  const { location } = parseObjectsPlace(address);
  const bucket = location.type === 's3' ? `s3://${location.bucket}` : `azure-blob://${location.container}`;
  return location.prefix === undefined ? bucket : `${bucket}/${location.prefix}`;
}

/** The place, or an error message about the address. */
function parseAddress(text: string): RemoteObjectsPlace | string {
  const [, scheme = '', name = '', path = '', query = ''] = ADDRESS.exec(text) ?? [];
  const kind = Object.hasOwn(KINDS, scheme) ? KINDS[scheme] : undefined;
  if (kind === undefined || path.split('/').some((segment) => /^\.\.?$/.test(segment))) return `an address: ${FORM}`;
  const { direct, ...fields } = parseLocationFields(new URLSearchParams(query));
  if (direct !== undefined && typeof direct !== 'boolean') return '"direct" is true or false';
  const misplaced = Object.keys(fields).find((field) => BEFORE.has(field));
  if (misplaced !== undefined) return `"${misplaced}" is no parameter of an address: ${FORM}`;
  const prefix = path === '' ? {} : { prefix: path.slice(1) };
  const { data, error } = BucketLocation.safeParse({ ...fields, ...prefix, type: kind.type, [kind.name]: name });
  if (error !== undefined) return `${FORM}: ${error.issues.map(describeIssue).join('; ')}`;
  return data.type === 'folder' ? `an address: ${FORM}` : { location: data, direct: direct ?? true };
}

function parseLocationFields(parameters: URLSearchParams): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, text] of parameters) {
    const value = text === 'true' || text === 'false' ? text === 'true' : text;
    const group = Object.hasOwn(NESTED, name) ? NESTED[name] : undefined;
    if (group === undefined) fields[name] = value;
    else fields[group] = { ...Object(fields[group]), [name]: value };
  }
  return fields;
}

function describeIssue({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
