// How often a server that ends by itself is started again.

/** So many restarts within the span are an accident; one more is a fault that restarting does not cure. */
const MOST = 4;

/** In milliseconds. */
const SPAN = 180_000;

/** The crashes of late. */
export class Crashes {
  private times: number[] = [];

  /** Takes in a crash at a time in milliseconds; true if the server is worth another start. */
  record(now: number): boolean {
    this.times = [...this.times.filter((time) => now - time < SPAN), now];
    return this.times.length <= MOST;
  }

  /** The person has asked for a start: the count begins anew. */
  forget(): void {
    this.times = [];
  }
}
