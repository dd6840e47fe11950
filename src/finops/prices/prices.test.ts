import { priceSuite } from '../../../test/support/price-suite.ts';
import { testApplication } from '../../testing.ts';

priceSuite((clock) => testApplication({ clock }));
