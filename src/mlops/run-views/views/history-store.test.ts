import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../../platform/store/index.ts';
import { historySuite } from './suite.testing.ts';

historySuite('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'steelyard-'));
  return { open: () => openStore({ database: 'sqlite', folder }) };
});
