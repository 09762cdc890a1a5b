// One timer of the runtime for the deadlines of all calls: to set and clear one
// takes as long as a whole receive.

// A longer delay overflows setTimeout's 32 bits and would fire at once.
const LONGEST_TIMER = 2 ** 31 - 1;

/** Deadlines in a binary heap: none is to be looked at before the one above. */
const heap: Deadline[] = [];

let timer: ReturnType<typeof setTimeout> | undefined;
/** When the timer fires: never after the first is to be looked at. */
let armedFor = Infinity;
/** How many of them keep the process alive. */
let holders = 0;

/**
 * When waits end, one after another. A wait that ends before its time leaves the
 * deadline where it is in the heap, so that the next wait only writes a number.
 */
export class Deadline {
  /** When the wait ends, in milliseconds on the clock of `performance.now()`; `Infinity` without one. */
  at = Infinity;
  /** When to look at it: never after `at`. */
  check = Infinity;
  /** Its place in the heap; -1 outside. */
  place = -1;
  /** Called at the end of a wait. */
  readonly expire: () => void;
  /** Whether it keeps the process alive; otherwise what is waited for may do so. */
  readonly holds: boolean;

  /** Creates a deadline without a wait. */
  constructor(expire: () => void, holds: boolean) {
    this.expire = expire;
    this.holds = holds;
  }

  /** Begins a wait, at the end of which `expire` is called. */
  set(at: number): void {
    this.at = at;
    if (this.place < 0) add(this);
    else if (at < this.check) {
      this.check = at;
      raise(this, this.place);
    } else return;
    if (at < armedFor) arm();
  }

  /** Ends a wait before its time. */
  clear(): void {
    this.at = Infinity;
  }

  /** Ends the last wait. */
  end(): void {
    this.at = Infinity;
    if (this.place >= 0) remove(this);
    if (this.holds) restTimer();
  }
}

/**
 * Lets go of the runtime's timer if there is nothing to wait for. Calls leave it
 * to the next one; who closes a socket calls this.
 */
export function restTimer(): void {
  if (heap.length > 0 || timer === undefined) return;
  clearTimeout(timer);
  timer = undefined;
  armedFor = Infinity;
}

function arm(): void {
  if (timer !== undefined) clearTimeout(timer);
  armedFor = heap[0].check;
  const left = Math.min(armedFor - performance.now(), LONGEST_TIMER);
  timer = setTimeout(fire, Math.max(0, left));
  if (holders === 0) Deno.unrefTimer(timer);
}

function fire(): void {
  timer = undefined;
  armedFor = Infinity;
  const now = performance.now();
  while (heap.length > 0 && heap[0].check <= now) {
    const [first] = heap;
    const { at } = first;
    if (at > now && at < Infinity) {
      first.check = at;
      sink(first, 0);
      continue;
    }
    first.at = Infinity;
    remove(first);
    if (at <= now) first.expire();
  }
  if (heap.length > 0 && timer === undefined) arm();
}

function add(deadline: Deadline): void {
  deadline.check = deadline.at;
  heap.push(deadline);
  raise(deadline, heap.length - 1);
  if (deadline.holds && ++holders === 1 && timer !== undefined) {
    Deno.refTimer(timer);
  }
}

function remove(deadline: Deadline): void {
  const { place } = deadline;
  deadline.place = -1;
  const last = heap.pop()!;
  if (last !== deadline) {
    raise(last, place);
    sink(last, last.place);
  }
  if (deadline.holds && --holders === 0 && timer !== undefined) {
    Deno.unrefTimer(timer);
  }
}

/** Puts a deadline where it is or above. */
function raise(deadline: Deadline, place: number): void {
  while (place > 0) {
    const above = (place - 1) >> 1;
    if (heap[above].check <= deadline.check) break;
    put(heap[above], place);
    place = above;
  }
  put(deadline, place);
}

/** Puts a deadline where it is or below. */
function sink(deadline: Deadline, place: number): void {
  for (;;) {
    let below = 2 * place + 1;
    if (below >= heap.length) break;
    const right = below + 1;
    if (right < heap.length && heap[right].check < heap[below].check) {
      below = right;
    }
    if (heap[below].check >= deadline.check) break;
    put(heap[below], place);
    place = below;
  }
  put(deadline, place);
}

function put(deadline: Deadline, place: number): void {
  heap[place] = deadline;
  deadline.place = place;
}
