import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../../platform/store/index.ts';
import { decisionChainSuite } from './suite.testing.ts';

decisionChainSuite('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'decisions-'));
  return { open: () => openStore({ database: 'sqlite', folder }) };
});
