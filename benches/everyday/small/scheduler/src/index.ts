export { ManualClock, systemClock } from './clock';
export type { Clock } from './clock';
export { Heap } from './heap';
export * from './scheduler';
