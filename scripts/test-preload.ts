import asyncHooks, { AsyncLocalStorage, type AsyncResource } from 'node:async_hooks';

/**
 * Loaded before a test file. To tell which test a piece of work belongs to, Node's runner has a hook on every promise,
 * and a test of many promises spends three quarters of its time there. An AsyncLocalStorage tells it the same at next to
 * no cost: each test runs inside of one that holds its id, and the runner is given that as the id of what runs.
 */
const { createHook, executionAsyncId } = asyncHooks;
const testId = new AsyncLocalStorage<number>();

type Init = (asyncId: number, type: string, triggerAsyncId: number, resource: object) => void;

/** The runner's hook, told of tests and of nothing else. */
function createTestHook({ init }: { init: Init }) {
  const initTest: Init = (asyncId, type, triggerAsyncId, resource) => {
    if (type !== 'Test') return;
    init(asyncId, type, triggerAsyncId, resource);
    runWithId(resource as AsyncResource, asyncId);
  };
  // Node's types do not know the option yet.
  const options = { init: initTest, trackPromises: false };
  return createHook(options);
}

function runWithId(test: AsyncResource, id: number): void {
  const { runInAsyncScope } = test;
  test.runInAsyncScope = (run, self, ...args) =>
    runInAsyncScope.call(test, () => testId.run(id, () => Reflect.apply(run, self, args))) as never;
}

const forRunner = {
  createHook: createTestHook,
  executionAsyncId: () => testId.getStore() ?? executionAsyncId(),
};
Object.assign(asyncHooks, forRunner);
// The runner keeps both from the moment on that it loads; nobody else is to have them.
await import('node:test');
Object.assign(asyncHooks, { createHook, executionAsyncId });
