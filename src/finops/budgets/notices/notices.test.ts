import { noticesSuite } from './suite.testing.ts';

noticesSuite('SQLite', async () => 'sqlite');
