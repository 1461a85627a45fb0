// Runs a TypeScript entry of this clone on the pinned Node 24: node scripts/run.mjs <entry.ts> [args].
// Plain JavaScript without dependencies, because it is what installs them; it runs on any Node from 20 on.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lockfile = join(root, 'package-lock.json');
const modules = join(root, 'node_modules');
const stamp = join(modules, '.tiffin-lock');
const pinnedNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
// Not inside node_modules: `npm ci` starts by deleting that folder.
const installLock = join(root, '.data', 'install.lock');

const MIN_NODE_MAJOR = 20;
const HEARTBEAT_MS = 1_000;
const STALE_LOCK_MS = 10_000;
const MAX_INSTALL_MS = 600_000;
const ORPHAN_CHECK_MS = 250;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const fail = (sentence) => {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
};

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** True when node_modules holds what package-lock.json asks for; the stamp makes the usual answer cheap. */
function isInstalled() {
  const wanted = readText(lockfile);
  if (wanted === undefined) fail(`${lockfile} is missing. Restore it with: git checkout package-lock.json`);
  if (!existsSync(pinnedNode)) return false;
  const hash = createHash('sha256').update(wanted).digest('hex');
  if (readText(stamp) === hash) return true;
  if (!npmInstalledTheSame(wanted)) return false;
  writeFileSync(stamp, hash);
  return true;
}

/** Someone ran npm by hand: npm's own record tells whether the tree is current, which saves wiping it. */
function npmInstalledTheSame(wantedText) {
  const recordText = readText(join(modules, '.package-lock.json'));
  if (recordText === undefined) return false;
  try {
    const wanted = JSON.parse(wantedText).packages;
    const present = JSON.parse(recordText).packages;
    return Object.keys(wanted).every((path) => {
      if (!path.startsWith('node_modules/') || wanted[path].optional) return true;
      return (
        present[path]?.version === wanted[path].version && present[path]?.resolved === wanted[path].resolved
      );
    });
  } catch {
    return false;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The owner touches the lock each second. An npm that outlived a killed owner still writes, so it counts too. */
function isStale(lock) {
  const silentMs = Date.now() - lock.mtimeMs;
  if (silentMs < STALE_LOCK_MS) return false;
  const npmPid = Number(readText(join(installLock, 'npm.pid')));
  return silentMs > MAX_INSTALL_MS || !npmPid || !isAlive(npmPid);
}

function removeStaleLock(seen) {
  const aside = `${installLock}.stale-${process.pid}`;
  try {
    renameSync(installLock, aside);
    // Between our look and the rename another waiter may have replaced the lock: give its lock back.
    if (statSync(aside).ino === seen.ino) rmSync(aside, { recursive: true, force: true });
    else renameSync(aside, installLock);
  } catch {
    // Another waiter was faster.
  }
}

/** Waits until this process owns the lock; false when somebody else finished the install meanwhile. */
async function acquireInstallLock() {
  mkdirSync(dirname(installLock), { recursive: true });
  const deadlineMs = Date.now() + MAX_INSTALL_MS;
  for (let announced = false; ; await sleep(200)) {
    try {
      mkdirSync(installLock);
      return true;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!announced)
      process.stdout.write('Waiting for another command that is installing dependencies here …\n');
    announced = true;
    const lock = statSync(installLock, { throwIfNoEntry: false });
    if (lock && isStale(lock)) removeStaleLock(lock);
    if (!lock && isInstalled()) return false;
    if (Date.now() > deadlineMs)
      fail(
        `Still locked by another install after 10 minutes. If none runs, remove ${installLock} and try again.`,
      );
  }
}

/** Undefined when node_modules is ready, else why not: `signal` when interrupted, `advice` when it failed. */
async function install() {
  if (!(await acquireInstallLock())) return undefined;
  const heartbeat = setInterval(touchInstallLock, HEARTBEAT_MS);
  try {
    return isInstalled() ? undefined : await runNpmCi();
  } finally {
    clearInterval(heartbeat);
    rmSync(installLock, { recursive: true, force: true });
  }
}

function touchInstallLock() {
  try {
    utimesSync(installLock, new Date(), new Date());
  } catch {
    // Removed under us: nothing left to keep fresh.
  }
}

async function runNpmCi() {
  const startedMs = Date.now();
  const reason = existsSync(modules) ? 'package-lock.json differs from what is installed' : 'first run';
  process.stderr.write(`Installing dependencies (${reason}, about 30 s) …\n`);
  const args = ['ci', '--loglevel=error', '--no-audit', '--no-fund', '--no-progress'];
  const result = await run(...npmCommand(args), { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] }, (npm) => {
    writeFileSync(join(installLock, 'npm.pid'), String(npm.pid));
  });
  if (result.interruptedBy) return { signal: result.interruptedBy };
  const advice = adviceAfter(result);
  if (advice) return { advice: [result.output.trim(), advice].filter(Boolean).join('\n') };
  writeFileSync(stamp, createHash('sha256').update(readFileSync(lockfile)).digest('hex'));
  process.stderr.write(`Installed in ${((Date.now() - startedMs) / 1000).toFixed(1)} s.\n`);
  return undefined;
}

function adviceAfter(result) {
  if (result.error)
    return `npm could not be started (${result.error.code}). Install npm 10 or newer and try again.`;
  if (result.signal) return `npm ci was ended by ${result.signal}. Run the command again.`;
  if (result.code && /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET/.test(result.output)) {
    return 'npm could not reach its registry. Check the network and `npm config get registry`, then run the command again.';
  }
  if (result.code)
    return `npm ci failed with code ${result.code}. Fix what it names above, then run the command again.`;
  if (!existsSync(pinnedNode)) {
    return `npm ci ran, but ${pinnedNode} is missing: install scripts seem to be off. Run \`npm config delete ignore-scripts\` and try again.`;
  }
  return undefined;
}

/** The npm that started us, where there is one: the same version, and no shell needed on Windows. */
function npmCommand(args) {
  const npmCli = process.env.npm_execpath;
  return npmCli?.endsWith('.js') ? [process.execPath, [npmCli, ...args]] : ['npm', args];
}

/** Runs a child to its end; hands SIGINT and SIGTERM on, so that the child decides how to stop. */
function run(command, args, options, onStart = () => {}) {
  return new Promise((done) => {
    const child = spawn(command, args, options);
    const result = { code: null, signal: null, output: '', error: undefined, interruptedBy: undefined };
    const forward = (signal) => {
      result.interruptedBy = signal;
      child.kill(signal);
    };
    const orphanWatch = whenOrphaned(() => forward('SIGTERM'));
    const finish = (outcome) => {
      clearInterval(orphanWatch);
      process.off('SIGINT', forward);
      process.off('SIGTERM', forward);
      done(Object.assign(result, outcome));
    };
    process.on('SIGINT', forward);
    process.on('SIGTERM', forward);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        result.output += chunk;
      });
    }
    child.once('spawn', () => onStart(child));
    child.once('error', (error) => finish({ error }));
    child.once('close', (code, signal) => finish({ code, signal }));
  });
}

/** npm dies of a signal without handing it on, and would leave us behind: then our parent is another one. */
function whenOrphaned(stop) {
  if (!process.env.npm_lifecycle_event) return undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, ORPHAN_CHECK_MS);
  return watch.unref();
}

if (Number(process.versions.node.split('.')[0]) < MIN_NODE_MAJOR) {
  fail(
    `Tiffin needs Node ${MIN_NODE_MAJOR} or newer to start; this is ${process.versions.node}. Install a current Node and try again.`,
  );
}
const [entry, ...args] = process.argv.slice(2);
if (!entry) fail('Which file shall run? Usage: node scripts/run.mjs <entry.ts> [args]');

const notReady = isInstalled() ? undefined : await install();
if (notReady?.advice) fail(notReady.advice);
if (notReady?.signal) process.kill(process.pid, notReady.signal);
else {
  const result = await run(pinnedNode, [resolve(root, entry), ...args], { stdio: 'inherit' });
  if (result.error)
    fail(
      `The pinned Node at ${pinnedNode} could not be started (${result.error.code}). Remove node_modules and try again.`,
    );
  // Dying of the same signal tells the shell, and npm, what happened.
  if (result.signal) process.kill(process.pid, result.signal);
  else process.exit(result.code ?? 1);
}
