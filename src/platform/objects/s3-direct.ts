import { GetObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { createObjectNotFound } from '../buckets/failures.ts';
import { requestS3, type S3Place } from '../buckets/s3-place.ts';
import { DOWNLOAD_SECONDS, PARTS_SECONDS, requireAllParts } from './direct.ts';
import type { DirectAccess, SignedAddress } from './objects.ts';
import { abortS3, beginS3, completeS3, headS3, isComplete, listPartSizesS3, uploadGone } from './s3-upload.ts';

/** URLs signed for one request each: S3 limits the holder to its method, key, upload and part. */
export function createS3Direct(place: S3Place): DirectAccess {
  return {
    async download(key, { contentType, contentDisposition }) {
      const head = await headS3(place, key);
      if (head === null) throw createObjectNotFound(key, place.shown);
      const command = new GetObjectCommand({
        Bucket: place.bucket,
        Key: key,
        ResponseContentType: contentType,
        ResponseContentDisposition: contentDisposition,
      });
      const url = await requestS3(place, { key }, () =>
        getSignedUrl(place.client, command, { expiresIn: DOWNLOAD_SECONDS }),
      );
      return { url, headers: {}, sizeBytes: head.sizeBytes };
    },
    beginUpload: async (key, mark) => ({ key, mark, storeId: await beginS3(place, key, mark) }),
    async partAddresses({ key, storeId }, parts) {
      const addresses: SignedAddress[] = [];
      for (let part = 1; part <= parts; part += 1) addresses.push(await signPartAddress(place, key, storeId, part));
      return addresses;
    },
    async completeUpload({ key, storeId, mark }, parts, maxBytes) {
      const sizes = await listPartSizesS3(place, key, storeId);
      if (sizes !== null) {
        requireAllParts(key, parts, sizes, maxBytes);
        await completeS3(place, { key, uploadId: storeId, mark }, parts);
      } else if (!(await isComplete(place, key, mark))) throw uploadGone(key);
    },
    abortUpload: ({ key, storeId }) => abortS3(place, key, storeId),
  };
}

async function signPartAddress(place: S3Place, key: string, uploadId: string, part: number): Promise<SignedAddress> {
  const command = new UploadPartCommand({ Bucket: place.bucket, Key: key, UploadId: uploadId, PartNumber: part });
  const url = await requestS3(place, { key }, () => getSignedUrl(place.client, command, { expiresIn: PARTS_SECONDS }));
  return { url, headers: {} };
}
