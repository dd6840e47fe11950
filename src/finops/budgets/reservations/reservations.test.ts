import { reservationSuite } from '../../../../test/support/reservation-suite.ts';
import { testApplication } from '../../../testing/application.ts';

reservationSuite((clock) => testApplication({ clock }));
