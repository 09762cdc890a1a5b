// Tries what needs a permission and prints what became of it as lines of JSON:
// [what was tried, the error's class, its message]. Names of tries may be given
// as arguments. missing_permissions_test.ts runs it.
import {
  AF_INET6,
  AF_UNIX,
  createConnection,
  createServer,
  socket,
  socketpair,
} from "../../socket/mod.ts";

const tries: Readonly<Record<string, () => unknown>> = {
  "bind()": () => socket().bind(["127.0.0.1", 0]),
  "bind() to any interface": () => socket().bind(["", 50009]),
  "bind() of IPv6": () => socket(AF_INET6).bind(["::1", 0]),
  "bind() to a path": () => socket(AF_UNIX).bind("/no/such"),
  "bind() to a relative path": () => socket(AF_UNIX).bind("no/such"),
  "bind() to an abstract name": () => socket(AF_UNIX).bind("\0ungranted"),
  "listen()": () => socket().listen(),
  "connect()": () => socket().connect(["127.0.0.1", 1]),
  "connect() by name": () => socket().connect(["localhost", 1]),
  "connect() to a path": () => socket(AF_UNIX).connect("/no/such"),
  "createConnection()": () => createConnection(["localhost", 1]),
  "createServer()": () => createServer(["127.0.0.1", 0]),
  "socketpair()": () => socketpair(),
};

const wanted = Deno.args.length > 0 ? Deno.args : Object.keys(tries);
for (const name of wanted) {
  try {
    await tries[name]();
    console.log(JSON.stringify([name, "no error", ""]));
  } catch (error) {
    const { constructor, message } = error as Error;
    console.log(JSON.stringify([name, constructor.name, message]));
  }
}
