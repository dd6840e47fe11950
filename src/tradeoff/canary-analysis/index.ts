export { judgeCanary } from './judge.ts';
