import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as asyncore from "../../server/asyncore/mod.ts";
import {
  OSError,
  SO_ERROR,
  SO_TYPE,
  socketpair,
  SOL_SOCKET,
} from "../../socket/mod.ts";
import { bytes, text } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { newMap, soon } from "./asyncore_support.ts";

const driver = posix;

/** Two ends, whose descriptors stand for those of files. */
async function ends() {
  const [one, other] = await socketpair(undefined, undefined, 0, { driver });
  return [one, other] as const;
}

class File extends asyncore.file_dispatcher {
  text = "";
  out = "";
  override writable() {
    return this.out !== "";
  }
  override async handleRead() {
    this.text += text(await this.recv(100));
  }
  override async handleWrite() {
    const sent = await this.send(bytes(this.out));
    this.out = this.out.slice(sent);
  }
  override handleClose() {
    this.close();
  }
}

for (const usePoll of [false, true]) {
  Deno.test({
    ignore: !hasPosix,
    name: `file_dispatcher reads and writes by a duplicate of the descriptor [${
      usePoll ? "poll" : "select"
    }]`,
    async fn() {
      const [a, b] = await ends();
      const map = newMap();
      const file = new File(a.fileno(), map, { driver });
      assertEquals([...map], [[file.socket!, file]]);
      assertEquals(file.connected, true);
      a.close();
      file.out = "to b";
      const looping = asyncore.loop({ map, usePoll, timeout: null });
      assertEquals(text(await soon(b.recv(10))), "to b");
      await b.sendall(bytes("to the file"));
      b.close();
      await soon(looping);
      assertEquals(file.text, "to the file");
      assertEquals(file.socket!.fd, -1);
    },
  });

  Deno.test({
    ignore: !hasPosix,
    name: `file_dispatcher may be closed while the loop waits for it [${
      usePoll ? "poll" : "select"
    }]`,
    async fn() {
      const [a, b] = await ends();
      using _a = a, _b = b;
      const map = newMap();
      const file = new File(a, map, { driver });
      const looping = asyncore.loop({ map, usePoll, timeout: null });
      await new Promise((resolve) => setTimeout(resolve, 0));
      file.close();
      await soon(looping);
    },
  });
}

Deno.test({
  ignore: !hasPosix,
  name: "file_dispatcher does not block",
  async fn() {
    const [a, b] = await ends();
    using _a = a, _b = b;
    driver.file(a.fileno()).setBlocking(true);
    using file = new File(a, newMap(), { driver });
    const error = await assertRejects(() => file.recv(1), OSError);
    assertEquals(error.code, "EAGAIN");
    assertThrows(
      () => file.listen(1),
      TypeError,
      "Cannot listen: the dispatcher is of a file",
    );
  },
});

Deno.test({
  ignore: !hasPosix,
  name: "file_wrapper has what a dispatcher needs, and no more",
  async fn() {
    const [a, b] = await ends();
    using _a = a, _b = b;
    const file = new asyncore.file_wrapper(a.fileno(), { driver });
    assert(file.fd !== a.fileno() && file.fd === file.fileno());
    assertEquals(file.getsockopt(SOL_SOCKET, SO_ERROR), 0);
    assertThrows(
      () => file.getsockopt(SOL_SOCKET, SO_TYPE),
      OSError,
      "Cannot get an option of a file other than SO_ERROR: protocol not available (ENOPROTOOPT)",
    );
    assertEquals(await file.write(bytes("hello")), 5);
    assertEquals(text(await b.recv(10)), "hello");
    await b.sendall(bytes("back"));
    assertEquals(text(await file.read(10)), "back");
    await assertRejects(() => file.recv(-1), RangeError);
    file.close();
    file.close();
    const gone = await assertRejects(() => file.recv(1), OSError);
    assertEquals(gone.code, "EBADF");
    assertEquals(file.fileno(), -1);
  },
});

Deno.test({
  ignore: !hasPosix,
  name: "file_dispatcher() refuses a number that is not open",
  fn() {
    const map = newMap();
    const error = assertThrows(
      () => new File(1_000_000, map, { driver }),
      OSError,
    );
    assertEquals(error.code, "EBADF");
    assertEquals(map.size, 0);
    assertThrows(() => new File(-1, map, { driver }), RangeError);
    assertThrows(() => new File("x" as never, map, { driver }), TypeError);
  },
});

Deno.test("file_dispatcher() names the driver that can, where the driver has no descriptors", () => {
  const map = newMap();
  const error = assertThrows(() => new File(0, map), OSError);
  assertEquals(
    error.message,
    "Cannot duplicate descriptor 0: operation not supported (EOPNOTSUPP); use the POSIX driver (@berkeley/socket/posix, --allow-ffi)",
  );
  assertEquals(map.size, 0);
});
