import { assertEquals, assertRejects } from "@std/assert";
import {
  AF_UNIX,
  OSError,
  SOCK_DGRAM,
  SOCK_STREAM,
  Socket,
} from "../../socket/mod.ts";
import { folder } from "../support/peers.ts";
import { needsPython, runPython } from "../support/python.ts";

const python = `
import errno, socket, sys
for path in sys.argv[1:]:
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        s.connect(path)
        print("connected")
    except OSError as error:
        print(errno.errorcode[error.errno])
`;

async function outcome(path: string): Promise<string> {
  await using socket = new Socket(AF_UNIX, SOCK_DGRAM);
  // A socket that never waits connects as well.
  socket.setblocking(false);
  try {
    await socket.connect(path);
    assertEquals(socket.getpeername(), path);
    return "connected";
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    await assertRejects(() => socket.send(new Uint8Array(1)), OSError);
    return error.code;
  }
}

Deno.test({
  ...needsPython,
  ignore: needsPython.ignore || Deno.build.os !== "linux" ||
    Deno.listenDatagram === undefined,
  name: "connect() of a Unix datagram socket finds what CPython finds there",
  async fn() {
    const at = (name: string) => `${folder}/connect-${name}`;
    await Deno.writeTextFile(at("file"), "");
    await using gone = new Socket(AF_UNIX, SOCK_DGRAM);
    gone.bind(at("gone"));
    await gone[Symbol.asyncDispose]();
    await using datagrams = new Socket(AF_UNIX, SOCK_DGRAM);
    datagrams.bind(at("datagrams"));
    await using streams = new Socket(AF_UNIX, SOCK_STREAM);
    streams.bind(at("streams"));
    streams.listen();
    const paths = ["missing", "file", "gone", "datagrams", "streams"].map(at);
    paths.push(folder, `${at("file")}/below`);
    const expected = await runPython(python, { args: paths });
    const actual = [];
    for (const path of paths) actual.push(await outcome(path));
    assertEquals(actual, expected.trim().split("\n"));
  },
});
