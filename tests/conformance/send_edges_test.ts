import { assert, assertEquals, assertRejects } from "@std/assert";
import { bytes, connected } from "../support/peers.ts";
import { conforms } from "./suite.ts";

conforms(
  "sendall() that a signal ends tells how many bytes it has sent",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    assertEquals(pair.ours.abortedBytesSent, 0);
    const data = new Uint8Array(16 << 20).map((_, index) => index * 7);
    const stop = new AbortController();
    const sending = pair.ours.sendall(data, { signal: stop.signal });
    const buffer = new Uint8Array(1 << 16);
    let got = (await pair.peer.read(buffer))!;
    stop.abort("enough");
    assertEquals(await sending.catch((reason) => reason), "enough");
    const sent = pair.ours.abortedBytesSent;
    assert(sent >= got && sent < data.length, `${sent} bytes`);
    const rest = pair.ours.sendall(data.subarray(sent));
    while (got < data.length) got += (await pair.peer.read(buffer))!;
    await rest;
    assertEquals(got, data.length);
  },
);

conforms(
  "sendmsg() refuses ancillary data of another shape before anything is sent",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const wrong = [{}, 5, "x", null, [1], [[1, 2]], [[1, 2, "x"]], [[
      "a",
      2,
      bytes("x"),
    ]]];
    for (const ancdata of wrong) {
      await assertRejects(
        () => pair.ours.sendmsg([bytes("no")], ancdata as never),
        TypeError,
      );
    }
    await pair.ours.sendall(bytes("yes"));
    const buffer = new Uint8Array(8);
    assertEquals(await pair.peer.read(buffer), 3);
  },
);
