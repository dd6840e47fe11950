import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { BucketLocation } from './schema.ts';

const key = { accessKeyId: 'env:KEY', secretAccessKey: 'file:/run/secrets/key' };

describe('where a bucket is', () => {
  it.each([
    { type: 'folder', path: '/srv/bills' },
    { type: 's3', bucket: 'bills' },
    { type: 's3', bucket: 'bills', prefix: 'cur/', endpoint: 'http://minio:9000', credentials: key },
    { type: 's3', bucket: 'bills', assumeRole: { roleArn: 'arn:aws:iam::1:role/r', externalId: 'x1' } },
    { type: 'azureBlob', container: 'bills', account: 'acme' },
    { type: 'azureBlob', container: 'bills', accountUrl: 'https://acme.blob.core.windows.net', sasToken: 'env:SAS' },
    { type: 'azureBlob', container: 'bills', connectionString: 'env:STORAGE' },
  ])('may be %j', (location) => {
    expect(BucketLocation.parse(location)).toEqual(location);
  });

  it.each([
    [{ type: 'gcs', bucket: 'bills' }, /Invalid input|discriminator/i],
    [{ type: 's3', bucket: 'bills', endpoint: 'ftp://minio' }, /http:\/\/ or https:\/\//],
    [{ type: 's3', bucket: 'bills', endpoint: 'file:///etc' }, /http:\/\/ or https:\/\//],
    [{ type: 's3', bucket: 'bills', endpoint: 'https://me:hush@minio' }, /without user, password/],
    [
      { type: 's3', bucket: 'bills', credentials: { ...key, secretAccessKey: 'hush' } },
      /secret itself is not accepted/,
    ],
    [{ type: 'azureBlob', container: 'c', accountUrl: 'https://a.example/?sig=hush' }, /without user, password/],
    [{ type: 'azureBlob', container: 'c' }, /Name the account/],
    [{ type: 'azureBlob', container: 'c', account: 'acme', connectionString: 'env:S' }, /Name the account/],
    [{ type: 'azureBlob', container: 'c', account: 'acme', sasToken: 'env:S', accountKey: 'env:K' }, /Give one of/],
  ])('may not be %j', (location, message) => {
    const { error } = BucketLocation.safeParse(location);
    expect(error?.message).toMatch(message);
    expect(error?.message).not.toContain('hush');
  });

  it('is written in docs/buckets.md as it is accepted', () => {
    const text = readFileSync(new URL('../../../docs/buckets.md', import.meta.url), 'utf8');
    const samples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => parseYaml(yaml) as unknown);
    expect(samples.length).toBeGreaterThan(5);
    for (const sample of samples) z.strictObject({ location: BucketLocation }).parse(sample);
  });
});
