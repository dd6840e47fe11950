import { alertsSuite } from './suite.testing.ts';

alertsSuite('SQLite', async () => 'sqlite');
