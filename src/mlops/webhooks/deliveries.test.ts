import { deliveriesSuite } from './suite.testing.ts';

deliveriesSuite('SQLite', async () => 'sqlite');
