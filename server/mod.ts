/**
 * Python's `socketserver` module: servers by class and request handler.
 *
 * Its classes are not there yet; until they are, serve with
 * `socket.createServer` and {@linkcode Socket.connections}.
 *
 * Port of [`socketserver`](https://docs.python.org/3/library/socketserver.html).
 *
 * @module
 */
export {};
