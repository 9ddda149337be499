/**
 * Work that waits only where it has to: most expressions are there at once, and a promise for each would cost more than
 * they do. Written as generators: `yield*` where asynchronous code has `await`.
 */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>;

/** What a promise comes to, once it is there. */
export function* settled<T>(promise: Promise<T>): Steps<T> {
  return (yield promise) as T;
}

/** Goes through all steps; waits for each promise that they come to. */
export async function complete<T>(steps: Steps<T>): Promise<T> {
  let next = steps.next();
  while (next.done !== true) next = await resume(steps, next.value);
  return next.value;
}

async function resume<T>(steps: Steps<T>, promise: Promise<unknown>): Promise<IteratorResult<Promise<unknown>, T>> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    // The steps wait for it, so it is theirs to deal with.
    return steps.throw(error);
  }
  return steps.next(value);
}
