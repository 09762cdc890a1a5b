// Programs that are started with a descriptor 3, as systemd starts them.
import { interpreter } from "./python.ts";

/** What a program can be handed; Python code that makes `s`. */
export const sockets = {
  "TCP listener":
    "s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); print(s.getsockname()[1], flush=True)",
  "IPv6 listener":
    "s = socket.socket(socket.AF_INET6); s.bind(('::1', 0)); s.listen(); print(s.getsockname()[1], flush=True)",
  "Unix listener":
    "s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); print(sys.argv[1], flush=True)",
  "TCP connection":
    "l = socket.create_server(('127.0.0.1', 0)); s = socket.create_connection(l.getsockname()); peer = l.accept()[0]",
  "Unix connection": "s, peer = socket.socketpair()",
  "Unix datagrams": "s, other = socket.socketpair(type=socket.SOCK_DGRAM)",
  "UDP": "s = socket.socket(type=socket.SOCK_DGRAM)",
  "file": "s = open(os.devnull)",
  "nothing": "s = None",
} as const;

/** One of the kinds of {@linkcode sockets}. */
export type Handed = keyof typeof sockets;

// The peer of a connection echoes what comes, in a process of its own.
const LAUNCHER = `
peer = None
KIND
if peer and os.fork() == 0:
    s.close()
    try:
        while data := peer.recv(4096): peer.sendall(data)
    except ConnectionError: pass
    os._exit(0)
if s is None:
    os.closerange(3, 10)
else:
    os.dup2(s.fileno(), 3)
    os.set_inheritable(3, True)
os.execvp(sys.argv[2], sys.argv[2:])
`;

/**
 * Gives the start of a command line that runs what follows with a descriptor 3.
 *
 * @param path Where a Unix listener is to be.
 */
export function handing(kind: Handed, path = "-"): string[] {
  const code = `import os, socket, sys${
    LAUNCHER.replace("KIND", () => sockets[kind])
  }`;
  return [interpreter, "-I", "-S", "-c", code, path];
}
