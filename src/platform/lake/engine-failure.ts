import { AppError } from '../errors/index.ts';

/** Converts an engine error to an `AppError` where it is an expected one. */
export function toExpectedError(error: unknown): unknown {
  return toStorageFull(error) ?? toMemoryExhausted(error) ?? error;
}

/** Whether a failure of the engine can come from the content of a file: then its files are worth reading whole. */
export function mayBeDamage(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(IO|Invalid|Invalid Input|Serialization|INTERNAL|TProtocol\w*) (Error|Exception)/.test(error.message)
  );
}

export function isStorageFull(error: unknown): boolean {
  return error instanceof AppError && error.code === 'storage_full';
}

/** A bucket that does not answer, or refuses a right. */
export function isBucketFailure(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'bucket_unreachable' || error.code === 'bucket_access_denied');
}

function toMemoryExhausted(error: unknown): AppError | null {
  if (!(error instanceof Error) || !error.message.startsWith('Out of Memory Error')) return null;
  const detail =
    'The query needs more memory than the limit of the query engine. Raise lakeMemory (STEELYARD_LAKE_MEMORY), or request less data.';
  return new AppError('lake_memory_exhausted', detail, {}, { cause: error });
}

function toStorageFull(error: unknown): AppError | null {
  if (!(error instanceof Error) || !/No space left on device|Could not write all bytes/.test(error.message))
    return null;
  return new AppError(
    'storage_full',
    'The disk of the data folder is full. Free space and retry.',
    {},
    { cause: error },
  );
}

export function createStoppingError(): AppError {
  return new AppError('server_stopping', 'The server is stopping. Retry when it has restarted.');
}

export function createRemovedError(): AppError {
  const detail = 'Rows of this query were deleted or replaced while it ran. Retry the request.';
  return new AppError('lake_file_removed', detail);
}
