import { parentPort, workerData } from 'node:worker_threads';
import { doWork } from './estimate-work.ts';

parentPort?.postMessage(doWork(workerData.kind, workerData.input));
