import { findTestFiles, runTestFiles } from './run-tests.ts';

// npm test [-- <part of a path> …]: every test that needs nothing but this clone.
const files = findTestFiles({ real: false, patterns: process.argv.slice(2) });
process.exitCode = await runTestFiles(files, {
  fileTimeoutMs: 480_000,
  // Most files open an embedded PostgreSQL for seconds: to optimise its WebAssembly takes more than it gives them.
  nodeFlags: ['--liftoff-only'],
});
