const FIRST_CAPACITY = 4096;

/** A list of numbers that grows, without the 16 bytes of an object for each. */
export interface NumberColumn {
  readonly length: number;
  push(value: number): void;
  /** The numbers so far; a view, valid until the next `push`. */
  view(): Float64Array;
}

export function createNumberColumn(): NumberColumn {
  let values = new Float64Array(FIRST_CAPACITY);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length === values.length) {
        const larger = new Float64Array(values.length * 2);
        larger.set(values);
        values = larger;
      }
      values[length] = value;
      length += 1;
    },
    view: () => values.subarray(0, length),
  };
}
