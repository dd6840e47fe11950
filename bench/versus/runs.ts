/** A run as every side is seeded with it: all of it follows from its number. */
export interface RunFacts {
  readonly name: string;
  readonly startTime: number;
  readonly metrics: readonly { readonly key: string; readonly value: number }[];
  readonly params: readonly { readonly key: string; readonly value: string }[];
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

const FIRST_START = 1_793_491_200_000;
const METRICS = 10;
const PARAMS = 5;

export function runFacts(number: number): RunFacts {
  return {
    name: `run-${String(number).padStart(6, '0')}`,
    startTime: FIRST_START + number * 1000,
    metrics: Array.from({ length: METRICS }, (_, index) => ({
      key: `metric_${index}`,
      value: noise(number * METRICS + index),
    })),
    params: Array.from({ length: PARAMS }, (_, index) => ({
      key: `param_${index}`,
      value: String(number % (index + 2)),
    })),
    tags: [{ key: 'purpose', value: `purpose-${number % 5}` }],
  };
}

/** Spread over [0, 1), no two alike, the same on every machine: multiples of the golden ratio's fraction. */
function noise(number: number): number {
  return (number * 0.6180339887498949) % 1;
}

export const METRIC_TIMESTAMP = FIRST_START;
