/** The present, in two grains, so that a list is not drawn anew every second. */
export class Clock {
  second = $state(0);
  /** Moves every ten seconds. */
  coarse = $state(0);
  #read: () => number;

  constructor(read: () => number = Date.now) {
    this.#read = read;
    this.tick();
  }

  now(): number {
    return this.#read();
  }

  tick(): void {
    this.second = this.#read();
    if (Math.abs(this.second - this.coarse) >= 10_000) this.coarse = this.second;
  }

  start(): () => void {
    const timer = setInterval(() => this.tick(), 1_000);
    return () => clearInterval(timer);
  }
}
