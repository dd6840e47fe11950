import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../store/index.ts';
import { eventsSuite } from './suite.testing.ts';

eventsSuite('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'events-'));
  return { open: () => openStore({ database: 'sqlite', folder }) };
});
