import type { Selectable } from "../select/source.ts";

/**
 * What is registered with a selector, which events are waited for, and what the program
 * has attached.
 *
 * @example Usage
 * ```ts
 * import { DefaultSelector, EVENT_READ, SelectorKey } from "@berkeley/socket/selectors";
 * import { socket } from "@berkeley/socket/socket";
 * import { assert } from "@std/assert";
 *
 * using s = socket();
 * using selector = new DefaultSelector();
 * assert(selector.register(s, EVENT_READ) instanceof SelectorKey);
 * ```
 *
 * Port of [`selectors.SelectorKey`](https://docs.python.org/3/library/selectors.html#selectors.SelectorKey).
 *
 * @typeParam F What is registered.
 * @typeParam D What is attached.
 */
export class SelectorKey<F extends Selectable = Selectable, D = unknown> {
  /** What was registered. */
  readonly fileobj: F;
  /** Its descriptor; `undefined` if its driver has none. */
  readonly fd: number | undefined;
  /** `EVENT_READ`, `EVENT_WRITE` or both. */
  readonly events: number;
  /** What the program has attached; `null` if nothing. */
  readonly data: D;

  /** Makes a key; `register` of a selector does so. */
  constructor(fileobj: F, fd: number | undefined, events: number, data: D) {
    this.fileobj = fileobj;
    this.fd = fd;
    this.events = events;
    this.data = data;
  }
}
