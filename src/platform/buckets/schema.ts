import { z } from 'zod';
import { adminOnly, SecretReference } from '../secrets/schema.ts';

const prefix = z
  .string()
  .max(1024)
  .optional()
  .describe(
    'Folder of the bucket, "exports/finance"; files outside it are neither listed nor read. Default: the whole bucket.',
  );

/** http(s), without any part that may contain a password. */
const address = z
  .url({ protocol: /^https?$/, error: 'An address that starts with http:// or https://.' })
  .refine((text) => !/^\w+:\/\/[^/]*@|[?#]/.test(text), {
    error: 'An address without user, password and parameters; credentials have their own fields.',
  })
  .meta(adminOnly);

const FolderLocation = z.strictObject({
  type: z.literal('folder').describe('A folder on the server.'),
  path: z
    .string()
    .min(1)
    .describe('Folder on the server, absolute or relative to the working directory of the server.')
    .meta(adminOnly),
});

const S3Location = z.strictObject({
  type: z.literal('s3').describe('An S3 bucket.'),
  bucket: z.string().min(1).max(255).describe('Name of the bucket.'),
  prefix,
  region: z
    .string()
    .min(1)
    .optional()
    .describe('Region of the bucket. Default: AWS_REGION, else the region that S3 reports.'),
  endpoint: address.optional().describe('Address of an S3-compatible server. Default: the one of AWS.'),
  forcePathStyle: z
    .boolean()
    .optional()
    .describe('Whether the bucket is named in the path, not the host. Default: true with an `endpoint` not of AWS.'),
  assumeRole: z
    .strictObject({
      roleArn: z.string().min(1).describe('ARN of the role that may read the bucket.'),
      externalId: z.string().min(2).max(1224).optional().describe('External id that the role requires.'),
      sessionName: z
        .string()
        .regex(/^[\w+=,.@-]{2,64}$/)
        .optional()
        .describe('Name of the session in the audit log of AWS. Default: "steelyard".'),
    })
    .optional()
    .describe('Role to assume before reading.'),
  credentials: z
    .strictObject({
      accessKeyId: SecretReference,
      secretAccessKey: SecretReference,
      sessionToken: SecretReference.optional(),
    })
    .optional()
    .describe(
      'Access key, as references. Default: the default chain of AWS (environment, profile, role of the machine).',
    ),
});

const AzureBlobLocation = z
  .strictObject({
    type: z.literal('azureBlob').describe('An Azure Blob container.'),
    container: z.string().min(1).max(63).describe('Name of the container.'),
    prefix,
    account: z
      .string()
      .regex(/^[a-z0-9]{3,24}$/, { error: '3 to 24 lower-case letters and digits.' })
      .optional()
      .describe('Name of the storage account in the public cloud.'),
    accountUrl: address.optional().describe('Address of the account, for other clouds, private links and emulators.'),
    sasToken: SecretReference.optional().describe('Shared access signature with read and list.'),
    connectionString: SecretReference.optional().describe('Connection string; it names the account too.'),
    accountKey: SecretReference.optional().describe(
      'Key of the account. It grants full access: prefer the other credentials.',
    ),
  })
  .refine(
    ({ account, accountUrl, connectionString }) =>
      (account !== undefined || accountUrl !== undefined) !== (connectionString !== undefined),
    { path: ['account'], error: 'Name the account by `account` or `accountUrl`, or give a `connectionString` alone.' },
  )
  .refine(
    (given) =>
      [given.sasToken, given.connectionString, given.accountKey].filter((each) => each !== undefined).length <= 1,
    { path: ['sasToken'], error: 'Give one of `sasToken`, `connectionString` and `accountKey`, or none of them.' },
  );

/** Configured location of a bucket to read. */
export const BucketLocation = z
  .discriminatedUnion('type', [FolderLocation, S3Location, AzureBlobLocation])
  .describe('A folder, an S3 bucket or an Azure Blob container.');

export type BucketLocation = z.infer<typeof BucketLocation>;
export type S3Location = z.infer<typeof S3Location>;
export type AzureBlobLocation = z.infer<typeof AzureBlobLocation>;
