import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../platform/store/index.ts';
import { gateStoreSuite } from './suite.testing.ts';

gateStoreSuite('SQLite', () => openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'gates-')) }));
