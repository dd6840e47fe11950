import { retrainingSuite } from '../../../test/support/retraining-suite.ts';

retrainingSuite('SQLite', async () => 'sqlite');
