// A call that need not wait is over without a turn of the event loop. A loop of
// such calls would keep timers, signals and other sockets waiting, so now and
// then one takes a turn nevertheless.

const MOST = 256;

let left = MOST;
let rests = false;

/** Tells whether a call may end without a turn of the event loop. */
export function mayGoOn(): boolean {
  return --left > 0;
}

/** Lets the next call take a turn in which the event loop rests: a program that makes it goes round in a loop. */
export function useUp(): void {
  left = 0;
  rests = true;
}

/** Starts anew, after a turn. */
export function onTurn(): void {
  left = MOST;
  rests = false;
}

/** Runs something in the next turn; returns a function that takes it back. */
export function inNextTurn(run: () => void): () => void {
  const start = () => {
    onTurn();
    run();
  };
  if (!rests) {
    const immediate = setImmediate(start);
    return () => clearImmediate(immediate);
  }
  const timer = setTimeout(start, 0);
  return () => clearTimeout(timer);
}
