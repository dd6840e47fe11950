import { retentionSuite } from '../../../test/support/retention-suite.ts';

retentionSuite('SQLite', async () => 'sqlite');
