import { reservationSuite } from '../../../../test/support/reservation-suite.ts';
import { testApplication } from '../../../testing.ts';

reservationSuite((clock) => testApplication({ clock }));
