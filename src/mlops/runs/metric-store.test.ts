import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../platform/store/index.ts';
import { metricSuite } from './metric-suite.testing.ts';

metricSuite('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'metrics-'));
  return { open: () => openStore({ database: 'sqlite', folder }) };
});
