export interface Clock {
  now(): number;
}

export class ManualClock implements Clock {
  constructor(private time = 0) {}

  now(): number {
    return this.time;
  }

  advance(milliseconds: number): void {
    if (milliseconds < 0) {
      throw new RangeError('time does not run backwards');
    }
    this.time += milliseconds;
  }
}

export const systemClock: Clock = { now: () => Date.now() };
