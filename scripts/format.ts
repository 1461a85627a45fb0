import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// npm run format: mends what `npm run check` says of style.
const root = fileURLToPath(new URL('..', import.meta.url));
execFileSync(`${root}/node_modules/.bin/biome`, ['check', '--write', '.'], { cwd: root, stdio: 'inherit' });
