import { waitOf, type WaitOptions, watch } from "../../socket/wait.ts";
import { BaseServer, type ReadyOptions } from "../../server/mod.ts";

/** A request that comes from no socket. */
export interface Item {
  readonly name: string;
}

/** A server whose requests are put into a queue: a task type of one's own. */
export class QueueServer extends BaseServer<Item, string> {
  readonly #items: Item[] = [];
  readonly #waiting = new Set<() => void>();

  /** Sends requests. */
  put(...names: string[]): void {
    this.#items.push(...names.map((name) => ({ name })));
    for (const look of this.#waiting) look();
  }

  /** How many nobody has taken. */
  get left(): number {
    return this.#items.length;
  }

  protected override async requestReady(
    { timeout, signal }: ReadyOptions,
  ): Promise<boolean> {
    signal?.throwIfAborted();
    if (this.left > 0) return true;
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const wait = waitOf(timeout, signal);
    const stop = wait && watch(wait, () => resolve(false), reject);
    const look = () => resolve(true);
    this.#waiting.add(look);
    try {
      return await promise;
    } finally {
      this.#waiting.delete(look);
      stop?.();
    }
  }

  override getRequest(
    _options?: WaitOptions,
  ): [Item, string] | Promise<[Item, string]> {
    const item = this.#items.shift()!;
    return [item, `from ${item.name}`];
  }
}
