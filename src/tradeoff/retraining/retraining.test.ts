import { retrainingSuite } from './suite.testing.ts';

retrainingSuite('SQLite', async () => 'sqlite');
