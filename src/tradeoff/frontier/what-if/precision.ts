import type { RegisteredVersion } from '../../../mlops/registry/index.ts';

type Precision = 'half' | 'int8';

/** Tags of a version that hold its numeric precision, and the version that it was converted from. */
const PRECISION_TAG = 'steelyard.precision';
const SOURCE_TAG = 'steelyard.precision-of';

const NAMES: Readonly<Record<Precision, readonly string[]>> = {
  half: ['half', 'fp16', 'float16', 'bf16', 'bfloat16'],
  int8: ['int8'],
};

/**
 * Whether a version is another one at a precision: tagged `steelyard.precision` with it (half: also fp16, float16, bf16, bfloat16) and
 * `steelyard.precision-of` with the other version.
 */
export function isPrecisionOf(
  { tags }: Pick<RegisteredVersion, 'tags'>,
  version: string,
  precision: Precision,
): boolean {
  return NAMES[precision].includes(tags[PRECISION_TAG]?.toLowerCase() ?? '') && tags[SOURCE_TAG] === version;
}

/** Steps that measure a version at a precision: no speed-up is guessed. */
export function describePrecisionSteps(model: string, version: string, precision: Precision): string {
  return `no version of ${model} is tagged as version ${version} at ${precision} precision: register the converted model with the tags ${PRECISION_TAG}=${precision} and ${SOURCE_TAG}=${version}, import its evaluation (steelyard evaluation import) and record a benchmark (steelyard usage record)`;
}
