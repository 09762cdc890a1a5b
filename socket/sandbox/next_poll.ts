/**
 * Calls a function when Deno has asked the system for news once more. Only
 * when the event loop comes to rest does it do that: turns of `setImmediate`
 * do not bring it about, and so a socket's first receive takes some sixty of
 * them even if a datagram is there (Deno 2.9).
 *
 * @returns Takes the call back.
 */
export function afterNextPoll(call: () => void): () => void {
  let immediate: ReturnType<typeof setImmediate> | undefined;
  const timer = setTimeout(() => immediate = setImmediate(call), 0);
  return () => {
    clearTimeout(timer);
    if (immediate !== undefined) clearImmediate(immediate);
  };
}
