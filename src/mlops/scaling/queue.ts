/** First in, first out; taking costs nothing however long it is. */
export interface Queue<T> {
  readonly size: number;
  put(item: T): void;
  first(): T | undefined;
  take(): T | undefined;
}

/** Taken items are removed from the array when this many have accumulated. */
const LET_GO_AT = 1024;

export function createQueue<T>(): Queue<T> {
  let items: T[] = [];
  let taken = 0;
  return {
    get size() {
      return items.length - taken;
    },
    put: (item) => void items.push(item),
    first: () => items[taken],
    take: () => {
      const item = items[taken];
      if (taken < items.length) taken += 1;
      if (taken >= LET_GO_AT && taken * 2 > items.length) {
        items = items.slice(taken);
        taken = 0;
      }
      return item;
    },
  };
}
