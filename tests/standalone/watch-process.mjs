// Loaded with `--import`: prints which packages a process loads and whom it connects to.
import { registerHooks } from 'node:module';
import { Socket } from 'node:net';

const loaded = new Set();
registerHooks({
  load(url, context, next) {
    const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
    if (name && !loaded.has(name)) process.stderr.write(`loads ${name}\n`);
    loaded.add(name);
    return next(url, context);
  },
});

const { connect } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  process.stderr.write(`connects to ${options?.host ?? options?.path ?? JSON.stringify(options)}\n`);
  return connect.apply(this, args);
};
