export { type EndpointMetric, getEndpointMetrics } from './metrics/schema.ts';
