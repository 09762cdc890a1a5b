// A driver that counts how often its endpoints are looked at and observed.
import { Delegate } from "../../../socket/endpoint/delegate.ts";
import type { Accepted, Driver, Endpoint } from "../../../socket/mod.ts";
import { delegatingDriver } from "../../conformance/delegating_driver.ts";

/** What has been counted. */
export interface Counts {
  /** Calls of `poll`. */
  polls: number;
  /** Calls of `observe`. */
  observes: number;
  /** Those of them that have not been ended. */
  observed: number;
}

class Counting extends Delegate {
  readonly #counts: Counts;

  constructor(inner: Endpoint, counts: Counts) {
    super(inner);
    this.#counts = counts;
  }

  override poll(events: number): number {
    this.#counts.polls++;
    return super.poll(events);
  }

  override observe(
    events: number,
    observer: () => void,
    holds: boolean,
  ): () => void {
    const counts = this.#counts;
    counts.observes++;
    counts.observed++;
    const stop = super.observe(events, observer, holds);
    let isOver = false;
    return () => {
      if (!isOver) counts.observed--;
      isOver = true;
      stop();
    };
  }

  override async accept(
    ...args: Parameters<Endpoint["accept"]>
  ): Promise<Accepted> {
    const [connection, address] = await super.accept(...args);
    return [new Counting(connection, this.#counts), address];
  }

  override dup(): Endpoint {
    return new Counting(super.dup(), this.#counts);
  }
}

/** Makes a driver that counts. */
export function countingDriver(
  inner: Driver,
): { driver: Driver; counts: Counts } {
  const counts: Counts = { polls: 0, observes: 0, observed: 0 };
  const driver: Driver = {
    ...delegatingDriver(inner),
    name: `${inner.name}, counted`,
    open: (...args) => new Counting(inner.open(...args), counts),
    async pair(...args) {
      const [one, other] = await inner.pair(...args);
      return [new Counting(one, counts), new Counting(other, counts)];
    },
  };
  return { driver, counts };
}
