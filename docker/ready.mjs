// The images' health check: ends with 0 when the process of this container says that it is ready, else with 1.
// `node docker/ready.mjs PORT` asks at the port that the variable PORT names. Plain JavaScript, because it runs every
// few seconds and stripping types would be most of its work.
import { get } from 'node:http';

const TIMEOUT_MS = 2_000;

const port = Number(process.env[process.argv[2] ?? '']);
process.exitCode = 1;
const request = get({ host: '127.0.0.1', port, path: '/readyz', timeout: TIMEOUT_MS }, (response) => {
  process.exitCode = response.statusCode === 200 ? 0 : 1;
  response.resume();
});
request.on('timeout', () => request.destroy());
request.on('error', () => {});
