/** An item of a {@linkcode LinkedQueue}, which contains its own link; only the queue writes that. */
export interface Linked {
  previous?: this;
  next?: this;
  isQueued?: boolean;
}

/** A first-in-first-out queue that removes an item from any position in constant time. */
export class LinkedQueue<T extends Linked> {
  #first: T | undefined;
  #last: T | undefined;

  /** The first item. */
  get first(): T | undefined {
    return this.#first;
  }

  /** Adds an item at the end. */
  push(item: T): void {
    item.isQueued = true;
    if (this.#last === undefined) this.#first = item;
    else {
      item.previous = this.#last;
      this.#last.next = item;
    }
    this.#last = item;
  }

  /** Removes an item from any position; returns false if it is no longer there. */
  remove(item: T): boolean {
    if (!item.isQueued) return false;
    const { previous, next } = item;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    item.previous = item.next = undefined;
    item.isQueued = false;
    return true;
  }

  /** Lists the items in order. */
  toArray(): T[] {
    const items: T[] = [];
    for (let item = this.#first; item !== undefined; item = item.next) {
      items.push(item);
    }
    return items;
  }
}
