/** Numbers of which the least is at hand. */
export interface MinHeap {
  readonly size: number;
  /** The least; positive infinity when empty. */
  least(): number;
  push(value: number): void;
  /** Takes the least away. */
  pop(): void;
  /** Replaces the least value: `pop` and `push` in one step. */
  replaceLeast(value: number): void;
}

/** A binary heap. `push`, `pop` and `replaceLeast` take a time that grows with the logarithm of the size. */
export function createMinHeap(): MinHeap {
  const heap: number[] = [];
  const at = (index: number): number => heap[index] ?? Number.POSITIVE_INFINITY;
  const sink = (value: number): void => {
    let place = 0;
    for (let child = 1; child < heap.length; child = 2 * place + 1) {
      const lesser = at(child + 1) < at(child) ? child + 1 : child;
      if (at(lesser) >= value) break;
      heap[place] = at(lesser);
      place = lesser;
    }
    heap[place] = value;
  };
  return {
    get size() {
      return heap.length;
    },
    least: () => at(0),
    push: (value) => {
      let place = heap.length;
      for (let parent = (place - 1) >> 1; place > 0 && at(parent) > value; parent = (place - 1) >> 1) {
        heap[place] = at(parent);
        place = parent;
      }
      heap[place] = value;
    },
    pop: () => {
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) sink(last);
    },
    replaceLeast: sink,
  };
}
