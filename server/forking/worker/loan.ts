import { osError } from "../../../socket/errors.ts";
import { forceClose, type Socket } from "../../../socket/socket.ts";

/** The socket whose descriptor the parent has lent this Worker. */
let socket: Socket | undefined;
/** Whether the parent wants it back; no other request comes then. */
let isOver = false;

/** Makes the socket of a descriptor that is lent for one request. */
export function borrow(make: () => Socket): Socket {
  if (isOver) throw osError({ code: "EBADF", syscall: "begin" });
  return socket = make();
}

/** Closes the lent socket, at once; resolves when nothing is left of it. */
export async function giveBack(): Promise<void> {
  isOver = true;
  if (socket === undefined) return;
  forceClose(socket);
  await socket[Symbol.asyncDispose]();
}
