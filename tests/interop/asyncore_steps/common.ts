import type { Case, Spec } from "./case.ts";

/**
 * A case for each way to wait, where the peer is wholly gone: the kernel's poll() tells
 * that beside the end of the stream, so that handle_close is called twice; the sandbox
 * knows only the end.
 */
export function hangUp(each: Case): Case[] {
  return [
    { ...each, wait: "select" },
    { ...each, wait: "poll", driver: "POSIX" },
  ];
}

/** The same for a peer that closes, which TCP tells as the end of the stream only. */
export function ending(family: string, each: Case): Case[] {
  return family === "AF_UNIX" ? hangUp(each) : [each];
}

/** Sends back what it receives. */
export const echo: Spec = {
  kind: "dispatcher_with_send",
  on: { handle_read: [["echo"]] },
};
/** Gives each connection to the dispatcher `h`. */
export const server: Spec = { on: { handle_accepted: [["give", "h"]] } };
/** Shows what it receives. */
export const reader: Spec = { on: { handle_read: [["recv", 100]] } };
