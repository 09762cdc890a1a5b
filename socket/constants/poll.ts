// The events of poll(2), as Linux and macOS number them. The driver contract
// speaks in them on every platform.

/** Something can be received, or a connection accepted; the end of the stream counts. */
export const POLLIN = 0x01;
/** There is something urgent: out-of-band data. */
export const POLLPRI = 0x02;
/** Something can be sent. */
export const POLLOUT = 0x04;
/** An error is pending; always told. */
export const POLLERR = 0x08;
/** Both halves have ended, or there is no connection; always told. */
export const POLLHUP = 0x10;
/** The socket is closed; always told. */
export const POLLNVAL = 0x20;
