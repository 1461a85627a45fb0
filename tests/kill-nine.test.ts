import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { testKillNine } from './kill-nine.contract.ts';

const dataDir = await mkdtemp(join(tmpdir(), 'tiffin-kill-nine-'));
after(() => rm(dataDir, { recursive: true, force: true }));

testKillNine('embedded engines', async () => ({ DATA_DIR: dataDir }));
