import { reviewSuite } from './suite.testing.ts';

reviewSuite('SQLite', async () => 'sqlite');
