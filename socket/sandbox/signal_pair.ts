let isOpen = false;

/**
 * Lets the runtime open its socket pair for signals now. It does so by itself
 * within the first second, and ends the process if no descriptor is left then
 * (Deno 2.9); a server may have run out of them by that time.
 */
export function openSignalPair(): void {
  if (isOpen) return;
  isOpen = true;
  try {
    const listener = () => {};
    Deno.addSignalListener("SIGWINCH", listener);
    Deno.removeSignalListener("SIGWINCH", listener);
  } catch {
    // A Worker has no signals, nor has every system this one.
  }
}
