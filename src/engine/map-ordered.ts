// Work in any order, results in order: the one queue between the block stream and the gate, bounded in bytes.

export interface MapOrderedLimits<T> {
  /** Bytes of items that may be in flight or waiting for their turn; one item may always be. */
  readonly bytes: number;
  size(item: T): number;
}

/**
 * Maps items concurrently and yields the results in the items' order. Pulls the next item only while the bytes in
 * flight are within the limit, so a slow consumer holds the source back. The first failure, in order, is thrown.
 */
export async function* mapOrdered<T, R>(
  items: AsyncIterable<T>,
  work: (item: T) => Promise<R>,
  limits: MapOrderedLimits<T>,
): AsyncGenerator<R> {
  const iterator = items[Symbol.asyncIterator]();
  const queue: { result: Promise<R>; bytes: number }[] = [];
  let held = 0;
  let finished = false;
  let failure: { error: unknown } | undefined;
  let wake = (): void => undefined;
  const changed = () => new Promise<void>((resolve) => (wake = resolve));
  let change = changed();
  const signal = (): void => {
    wake();
    change = changed();
  };

  const pull = async (): Promise<void> => {
    try {
      while (!finished) {
        if (queue.length > 0 && held >= limits.bytes) {
          await change;
          continue;
        }
        const next = await iterator.next();
        if (finished || next.done === true) break;
        const bytes = limits.size(next.value);
        const result = work(next.value);
        result.catch(() => undefined);
        held += bytes;
        queue.push({ result, bytes });
        signal();
      }
    } catch (error) {
      failure = { error };
    }
    finished = true;
    signal();
  };
  const pulling = pull();

  try {
    for (;;) {
      const head = queue[0];
      if (head === undefined) {
        if (failure !== undefined) throw failure.error;
        if (finished) return;
        await change;
        continue;
      }
      const result = await head.result;
      yield result;
      queue.shift();
      held -= head.bytes;
      signal();
    }
  } finally {
    finished = true;
    signal();
    void pulling;
    // Not awaited: a source that hangs in next() is ended by the run's AbortSignal, not by this queue.
    iterator.return?.().catch(() => undefined);
  }
}
