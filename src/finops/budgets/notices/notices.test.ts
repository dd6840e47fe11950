import { defineNoticesSuite } from './suite.testing.ts';

defineNoticesSuite('SQLite', async () => 'sqlite');
