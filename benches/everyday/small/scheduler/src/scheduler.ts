import { systemClock, type Clock } from './clock';
import { Heap } from './heap';

export interface Task {
  id: number;
  due: number;
  run: () => void | Promise<void>;
  every?: number;
}

export interface Options {
  clock?: Clock;
  onError?: (error: unknown, task: Task) => void;
}

export class Scheduler {
  private readonly queue = new Heap<Task>((a, b) => a.due - b.due || a.id - b.id);
  private readonly clock: Clock;
  private readonly cancelled = new Set<number>();
  private next = 1;

  constructor(private readonly options: Options = {}) {
    this.clock = options.clock ?? systemClock;
  }

  after(delay: number, run: Task['run'], every?: number): number {
    const id = this.next++;
    this.queue.push({ id, due: this.clock.now() + delay, run, every });
    return id;
  }

  every(period: number, run: Task['run']): number {
    return this.after(period, run, period);
  }

  cancel(id: number): void {
    this.cancelled.add(id);
  }

  async tick(): Promise<number> {
    const now = this.clock.now();
    let count = 0;
    for (let task = this.queue.peek(); task && task.due <= now; task = this.queue.peek()) {
      this.queue.pop();
      if (this.cancelled.delete(task.id)) {
        continue;
      }
      await this.perform(task);
      count += 1;
      if (task.every !== undefined) {
        this.queue.push({ ...task, due: task.due + task.every });
      }
    }
    return count;
  }

  private async perform(task: Task): Promise<void> {
    try {
      await task.run();
    } catch (error) {
      this.options.onError?.(error, task);
    }
  }
}
