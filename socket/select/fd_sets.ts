import {
  POLLERR,
  POLLHUP,
  POLLPRI,
  RECEIVABLE,
  SENDABLE,
} from "../constants/poll.ts";

/** What a set of select(2) asks of poll(2), and what of the answer puts a socket into it. */
export interface FdSet {
  readonly events: number;
  readonly wanted: number;
}

/** To read; as Linux has the sets. */
export const READ: FdSet = {
  events: RECEIVABLE,
  wanted: RECEIVABLE | POLLHUP | POLLERR,
};
/** To write. */
export const WRITE: FdSet = { events: SENDABLE, wanted: SENDABLE | POLLERR };
/** Exceptional. */
export const EXCEPT: FdSet = { events: POLLPRI, wanted: POLLPRI };
