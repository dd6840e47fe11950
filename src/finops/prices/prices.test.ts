import { priceSuite } from '../../../test/support/price-suite.ts';
import { quietApplication } from '../../testing/shared.ts';

priceSuite((clock) => quietApplication({ clock }));
