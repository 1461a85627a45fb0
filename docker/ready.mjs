// The images' health check: ends with 0 when the process of this container says that it is ready, else with 1.
// `node docker/ready.mjs PORT` asks at the port that the variable PORT names. Plain JavaScript, because it runs every
// few seconds and stripping types would be most of its work.
import { get } from 'node:http';
import { get as getEncrypted } from 'node:https';

const TIMEOUT_MS = 2_000;

const port = Number(process.env[process.argv[2] ?? '']);
process.exitCode = 1;
// Only subgraphs answer HTTP over a link between processes; the certificate names another host than this one.
const isEncrypted =
  /^(on|mutual)$/.test(process.env.INTERNAL_TLS ?? '') && /_SUBGRAPH_PORT$/.test(process.argv[2]);
const options = { host: '127.0.0.1', port, path: '/readyz', timeout: TIMEOUT_MS, rejectUnauthorized: false };
const request = (isEncrypted ? getEncrypted : get)(options, (response) => {
  process.exitCode = response.statusCode === 200 ? 0 : 1;
  response.resume();
});
request.on('timeout', () => request.destroy());
request.on('error', () => {});
