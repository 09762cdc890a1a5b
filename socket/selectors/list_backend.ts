import { osError } from "../errors.ts";
import { InterestList } from "../select/interest_list.ts";
import {
  type DriverOption,
  type Selectable,
  sourceOf,
} from "../select/source.ts";
import { waitOf, type WaitOptions } from "../wait.ts";
import type { SelectorBackend } from "./base_selector.ts";

/** How a selector's events are those of poll(2). */
export interface Translation {
  /** What to ask poll(2) for, and what of the answer counts. */
  ask(events: number): { readonly events: number; readonly wanted: number };
  /** Which events that is what was found. */
  answer(found: number): number;
}

/** Waits with a list of our own, for sockets of every driver. */
export class ListBackend<F extends Selectable> implements SelectorBackend<F> {
  readonly #list = new InterestList<F>();
  /** Of each its key in the list, also of what is closed and tells no more. */
  readonly #keys = new Map<F, unknown>();
  readonly #translation: Translation;
  readonly #options: DriverOption;

  constructor(translation: Translation, options: DriverOption) {
    this.#translation = translation;
    this.#options = options;
  }

  register(fileobj: F, events: number): void {
    const source = sourceOf("register", fileobj, this.#options.driver);
    const mask = this.#translation.ask(events);
    this.#list.set(source, { value: fileobj, ...mask });
    this.#keys.set(fileobj, source.key);
  }

  modify(fileobj: F, events: number): void {
    this.register(fileobj, events);
  }

  unregister(fileobj: F): void {
    this.#list.delete(this.#keys.get(fileobj));
    this.#keys.delete(fileobj);
  }

  async select(
    timeout: number | null,
    { signal }: WaitOptions,
  ): Promise<[fileobj: F, events: number][]> {
    const found = await this.#list.wait(waitOf(timeout, signal));
    return found.map(([{ value }, events]) => [
      value,
      this.#translation.answer(events),
    ]);
  }

  close(): void {
    this.#list.close(osError({ code: "EBADF", syscall: "select" }));
  }
}
