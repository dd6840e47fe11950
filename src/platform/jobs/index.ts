export { parseCron } from './cron.ts';
export type { JobContext, JobHandler, Jobs, NewJob } from './jobs.ts';
export { jobMigrations } from './migrations.ts';
export { createJobs } from './queue.ts';
export { removeJobsByKind } from './store.ts';
