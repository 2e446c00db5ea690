export type Compare<T> = (a: T, b: T) => number;

export class Heap<T> {
  private readonly items: T[] = [];

  constructor(private readonly compare: Compare<T>) {}

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    this.items.push(item);
    let at = this.items.length - 1;
    while (at > 0) {
      const parent = Math.floor((at - 1) / 2);
      if (this.compare(this.items[at], this.items[parent]) >= 0) {
        break;
      }
      this.swap(at, parent);
      at = parent;
    }
  }

  pop(): T | undefined {
    const first = this.items[0];
    const last = this.items.pop();
    if (this.items.length > 0 && last !== undefined) {
      this.items[0] = last;
      this.sink(0);
    }
    return first;
  }

  private sink(from: number): void {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      const children = [left, left + 1].filter((child) => child < this.items.length);
      const least = children.reduce((best, child) => (this.compare(this.items[child], this.items[best]) < 0 ? child : best), at);
      if (least === at) {
        return;
      }
      this.swap(at, least);
      at = least;
    }
  }

  private swap(a: number, b: number): void {
    [this.items[a], this.items[b]] = [this.items[b], this.items[a]];
  }
}
