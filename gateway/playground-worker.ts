// The thread that makes the playground's page, sends its bytes and ends: `servePlayground` starts it.
import { parentPort, workerData } from 'node:worker_threads';
import { type PlaygroundOptions, playgroundPage } from './playground.ts';

const bytes = new TextEncoder().encode(playgroundPage(workerData as PlaygroundOptions));
parentPort?.postMessage(bytes, [bytes.buffer]);
