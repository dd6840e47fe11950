import { describe, expect, it } from 'vitest';
import { nameObjectsPlace, ObjectsAddress, parseObjectsPlace } from './schema.ts';

describe('the address of objects', () => {
  it('says bucket, prefix and what a location has', () => {
    expect(parseObjectsPlace('s3://acme-models')).toEqual({
      location: { type: 's3', bucket: 'acme-models' },
      direct: true,
    });
    const minio =
      's3://models/team-a/x/?endpoint=http://minio:9000&accessKeyId=env:KEY&secretAccessKey=file:/run/key&forcePathStyle=false';
    expect(parseObjectsPlace(minio)).toEqual({
      location: {
        type: 's3',
        bucket: 'models',
        prefix: 'team-a/x',
        endpoint: 'http://minio:9000',
        credentials: { accessKeyId: 'env:KEY', secretAccessKey: 'file:/run/key' },
        forcePathStyle: false,
      },
      direct: true,
    });
    expect(parseObjectsPlace('azure-blob://models/team?account=acmemodels&direct=false')).toEqual({
      location: { type: 'azureBlob', container: 'models', prefix: 'team', account: 'acmemodels' },
      direct: false,
    });
    const role = 's3://models?roleArn=arn:aws:iam::123456789012:role/steelyard&externalId=acme';
    expect(parseObjectsPlace(role).location).toMatchObject({
      assumeRole: { roleArn: 'arn:aws:iam::123456789012:role/steelyard', externalId: 'acme' },
    });
  });

  it('has the short scheme azure, too', () => {
    const [short, long] = ['azure', 'azure-blob'].map((scheme) => `${scheme}://models/team?account=acmemodels`);
    expect(parseObjectsPlace(short ?? '')).toEqual(parseObjectsPlace(long ?? ''));
  });

  it.each([
    ['s3://models?region=eu-central-1', 's3://models'],
    ['s3://models/team-a/x/?endpoint=http://minio:9000', 's3://models/team-a/x'],
    ['azure-blob://models/team?account=acmemodels', 'azure-blob://models/team'],
    ['azure://models/team/?account=acmemodels', 'azure-blob://models/team'],
  ])('%s names the bucket %s', (address, name) => {
    expect(nameObjectsPlace(address)).toBe(name);
  });

  it.each([
    ['models', /s3:\/\/bucket/],
    ['gs://models', /s3:\/\/bucket/],
    ['s3://', /s3:\/\/bucket/],
    ['/srv/models', /s3:\/\/bucket/],
    ['s3://AKIA:hush@models', /credentials by reference/],
    ['s3://models:9000/x', /credentials by reference/],
    ['s3://models?secretAccessKey=hush', /secret itself is not accepted/],
    ['s3://models?accessKeyId=env:KEY', /credentials.secretAccessKey/],
    ['s3://models?sig=hush', /Unrecognized key: "sig"/],
    ['s3://models?direct=maybe', /"direct" is true or false/],
    ['s3://models/%E0%A4%A', /s3:\/\/bucket/],
    ['azure-blob://models', /Name the account/],
    ['azure-blob://models?account=acme&sasToken=hush', /secret itself is not accepted/],
    ['s3://models/a/../b', /s3:\/\/bucket/],
    ['s3://models?prefix=a', /"prefix" is no parameter/],
    ['s3://models?type=folder&path=/', /"type" is no parameter/],
  ])('is refused where it is %j', (address, message) => {
    const { error } = ObjectsAddress.safeParse(address);
    expect(error?.issues[0]?.message).toMatch(message);
    expect(error?.message).not.toContain('hush');
  });
});
