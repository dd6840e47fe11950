export { formatMetricName } from '../../../src/platform/units/schema.ts';
