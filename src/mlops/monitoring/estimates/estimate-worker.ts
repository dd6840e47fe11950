import { parentPort, workerData } from 'node:worker_threads';
import { estimateWindows } from './estimate-work.ts';

parentPort?.postMessage(estimateWindows(workerData));
