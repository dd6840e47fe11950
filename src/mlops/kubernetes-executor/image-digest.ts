import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../platform/errors/index.ts';
import type { Jobs } from './jobs.ts';
import { buildDigestJob } from './manifest.ts';
import { findMainContainer, type Pod } from './objects.ts';
import { describeImageFailure, describePending } from './waiting.ts';

interface DigestDeps {
  readonly jobs: Jobs;
  readonly agentImage: string;
}

const WITHIN_MS = 5 * 60_000;
const LOOK_EVERY_MS = 200;
const DIGEST = /sha256:[0-9a-f]{64}/;

/** Content digests of images. A node resolves them: only the cluster has the credentials of registries. */
export function createDigests({ jobs, agentImage }: DigestDeps) {
  async function ask(image: string): Promise<string> {
    const name = `image-${createHash('sha256').update(image).digest('hex').slice(0, 12)}-${randomBytes(4).toString('hex')}`;
    await jobs.make(buildDigestJob(name, image, agentImage));
    try {
      return await awaitDigest(jobs, name, image);
    } finally {
      await jobs.remove(name);
    }
  }

  return {
    /** Errors: `image_missing`, `image_not_found`, `executor_unreachable`. */
    async of(image: string | null): Promise<string> {
      if (image === null) throw new AppError('image_missing', 'No image is set, which Kubernetes requires.');
      const [, pinned] = /@(sha256:[0-9a-f]{64})$/.exec(image) ?? [];
      return pinned ?? ask(image);
    },
  };
}

async function awaitDigest(jobs: Jobs, name: string, image: string): Promise<string> {
  const deadline = Date.now() + WITHIN_MS;
  let pod: Pod | null = null;
  while (Date.now() < deadline) {
    pod = jobs.podOf(name) ?? pod;
    const [digest] = DIGEST.exec(pod === null ? '' : (findMainContainer(pod)?.imageID ?? '')) ?? [];
    if (digest !== undefined) return digest;
    const trouble = pod === null ? null : describeImageFailure(pod);
    if (trouble !== null) throw new AppError('image_not_found', trouble, { image });
    await pause(LOOK_EVERY_MS);
  }
  const why = describePending(null, pod) ?? 'no node responded in time';
  throw new AppError('executor_unreachable', `Kubernetes did not report the digest of the image "${image}": ${why}`);
}
