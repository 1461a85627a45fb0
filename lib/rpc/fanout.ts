import { toAppError } from '../errors/normalize-error.ts';
import type { CallContext } from './call-context.ts';
import { deriveContext } from './derive-context.ts';

/** One of several things to do at once, with the context it is to do them in. */
export type FanoutTask<Result> = (call: CallContext) => Promise<Result>;

type Results<Tasks extends readonly FanoutTask<unknown>[]> = {
  -readonly [Index in keyof Tasks]: Awaited<ReturnType<Tasks[Index]>>;
};

/**
 * Runs all tasks at once and answers with their results in order, like go-zero's `mr.Finish`. The first to fail ends
 * the others: the signal of their contexts aborts with its error, which is thrown without waiting for them; so does
 * the end of the call. How tasks end that were given up is nobody's business.
 */
export function fanout<const Tasks extends readonly FanoutTask<unknown>[]>(
  call: CallContext,
  tasks: Tasks,
): Promise<Results<Tasks>> {
  const { signal } = call;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(toAppError(signal.reason));
    const derived = deriveContext(call, call.deadlineMs);
    const fail = (thrown: unknown) => {
      signal.removeEventListener('abort', onAbort);
      reject(thrown);
      derived.end(toAppError(thrown));
    };
    const onAbort = () => fail(toAppError(signal.reason));
    signal.addEventListener('abort', onAbort);
    // `async` turns what a task throws at once into a rejection. Promise.all heeds the rejections that come late.
    Promise.all(tasks.map(async (task) => task(derived.context))).then((results) => {
      signal.removeEventListener('abort', onAbort);
      resolve(results as Results<Tasks>);
    }, fail);
  });
}
