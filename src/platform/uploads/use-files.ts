import type { Objects } from '../objects/index.ts';

/** An upload as a request names it. */
export interface SentFile {
  readonly upload: string;
  /** File name, for messages and for the format. */
  readonly name: string;
}

/** An upload as a file on this machine. */
export interface UploadedFile {
  readonly path: string;
  readonly name: string;
  readonly sha256: string;
}

export interface UploadFilesDeps {
  /** On this machine: the lake's engine reads uploads as files. */
  readonly objects: Pick<Objects, 'localPath'>;
  readonly uploads: {
    facts(upload: string): Promise<{ readonly sha256: string }>;
    keyOf(upload: string): string;
    discard(upload: string): Promise<void>;
  };
}

/** Runs `work` on the files of uploads and removes the uploads afterwards, also after a failure. Error: `upload_not_found`. */
export async function useUploadedFiles<const Sent extends readonly SentFile[], Result>(
  deps: UploadFilesDeps,
  sent: Sent,
  work: (files: { readonly [Place in keyof Sent]: UploadedFile }) => Promise<Result>,
): Promise<Result> {
  try {
    const files = await Promise.all(sent.map((one) => findUploadedFile(deps, one)));
    return await work(files as { readonly [Place in keyof Sent]: UploadedFile });
  } finally {
    await Promise.all(sent.map(({ upload }) => deps.uploads.discard(upload)));
  }
}

async function findUploadedFile(
  { uploads, objects }: UploadFilesDeps,
  { upload, name }: SentFile,
): Promise<UploadedFile> {
  const { sha256 } = await uploads.facts(upload);
  const path = await objects.localPath(uploads.keyOf(upload));
  if (path === null) throw new Error('uploads are kept on this machine');
  return { path, name, sha256 };
}
