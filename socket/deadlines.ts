// One timer of the runtime for the deadlines of all calls: to set and clear one
// takes longer than a whole receive.

// A longer delay overflows setTimeout's 32 bits and would fire at once.
const LONGEST_TIMER = 2 ** 31 - 1;

/** What is to end, in a binary heap: nobody is due before the one above. */
const heap: Deadline[] = [];

let timer: ReturnType<typeof setTimeout> | undefined;
/** When the timer fires: never after the first deadline. */
let armedFor = Infinity;

/** How many of them keep the process alive. */
let holders = 0;

/** The end of a wait, of which nothing is lost if it comes a moment late. */
export class Deadline {
  /** When, in milliseconds on the clock of `performance.now()`. */
  readonly at: number;
  /** Called once then. */
  readonly expire: () => void;
  /** Whether it keeps the process alive; otherwise what is waited for may do so. */
  readonly holds: boolean;
  /** Its place in the heap; -1 once it is over. */
  place = -1;

  /** Begins to wait. */
  constructor(at: number, expire: () => void, holds: boolean) {
    this.at = at;
    this.expire = expire;
    this.holds = holds;
    heap.push(this);
    raise(this, heap.length - 1);
    if (at < armedFor) arm();
    if (holds && ++holders === 1) Deno.refTimer(timer!);
  }

  /** Ends the wait before its time. */
  clear(): void {
    if (this.place < 0) return;
    remove(this);
    if (this.holds) restTimer();
  }
}

/**
 * Lets go of the runtime's timer if there is nothing to wait for. A call leaves it
 * to the next one, and the socket's close calls this.
 */
export function restTimer(): void {
  if (heap.length > 0 || timer === undefined) return;
  clearTimeout(timer);
  timer = undefined;
  armedFor = Infinity;
}

function arm(): void {
  if (timer !== undefined) clearTimeout(timer);
  armedFor = heap[0].at;
  const left = Math.min(armedFor - performance.now(), LONGEST_TIMER);
  timer = setTimeout(fire, Math.max(0, left));
  if (holders === 0) Deno.unrefTimer(timer);
}

function fire(): void {
  timer = undefined;
  armedFor = Infinity;
  const now = performance.now();
  while (heap.length > 0 && heap[0].at <= now) {
    const [due] = heap;
    remove(due);
    due.expire();
  }
  if (heap.length > 0 && timer === undefined) arm();
}

function remove(deadline: Deadline): void {
  const { place } = deadline;
  deadline.place = -1;
  if (deadline.holds && --holders === 0 && timer !== undefined) {
    Deno.unrefTimer(timer);
  }
  const last = heap.pop()!;
  if (last === deadline) return;
  raise(last, place);
  sink(last, last.place);
}

/** Puts a deadline where it is or above. */
function raise(deadline: Deadline, place: number): void {
  while (place > 0) {
    const above = (place - 1) >> 1;
    if (heap[above].at <= deadline.at) break;
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
    if (below + 1 < heap.length && heap[below + 1].at < heap[below].at) below++;
    if (heap[below].at >= deadline.at) break;
    put(heap[below], place);
    place = below;
  }
  put(deadline, place);
}

function put(deadline: Deadline, place: number): void {
  heap[place] = deadline;
  deadline.place = place;
}
