import { assertEquals } from "@std/assert";
import { DatagramRequestHandler } from "../../server/mod.ts";
import { bytes, text } from "../support/peers.ts";
import { exchange, Server } from "./datagram_exchange.ts";
import { UdpClient } from "./support.ts";

Deno.test("rfile has what the datagram brought, line by line", async () => {
  class Handler extends DatagramRequestHandler {
    override async handle() {
      const lines: string[] = [];
      for await (const line of this.rfile) lines.push(text(line));
      await this.wfile.write(bytes(JSON.stringify(lines)));
    }
  }
  assertEquals(await exchange(Handler, "one\ntwo\nthree"), {
    answer: '["one\\n","two\\n","three"]',
    errors: [],
  });
});

Deno.test("rfile reads as much as is asked for, and then nothing", async () => {
  class Handler extends DatagramRequestHandler {
    override async handle() {
      const parts = [
        await this.rfile.read(2),
        await this.rfile.read(),
        await this.rfile.read(1),
      ];
      await this.wfile.write(bytes(parts.map(text).join("|")));
    }
  }
  assertEquals((await exchange(Handler, "abcde")).answer, "ab|cde|");
});

Deno.test("wfile goes back as one datagram, however it was written", async () => {
  class Handler extends DatagramRequestHandler {
    override async handle() {
      for (const part of ["one ", "", "two ", "three"]) {
        await this.wfile.write(bytes(part));
      }
    }
  }
  assertEquals((await exchange(Handler)).answer, "one two three");
});

Deno.test("wfile goes back also if the handler has closed it", async () => {
  class Handler extends DatagramRequestHandler {
    override async handle() {
      await this.wfile.write(bytes("closed"));
      await this.wfile.close();
      await this.rfile.close();
    }
  }
  assertEquals(await exchange(Handler), { answer: "closed", errors: [] });
});

Deno.test("wfile takes the bytes as they are when they are written", async () => {
  class Handler extends DatagramRequestHandler {
    override async handle() {
      const buffer = bytes("before");
      await this.wfile.write(buffer);
      buffer.fill(0);
    }
  }
  assertEquals((await exchange(Handler)).answer, "before");
});

Deno.test("packet and socket are the datagram's bytes and the server's socket", async () => {
  class Handler extends DatagramRequestHandler {
    override async handle() {
      const { packet, socket } = this;
      const [data, same] = this.request;
      await socket.sendto(
        bytes(`${text(packet)} ${data === packet} ${socket === same}`),
        this.clientAddress,
      );
    }
  }
  assertEquals((await exchange(Handler, "hello")).answer, "hello true true");
});

Deno.test("what was written before an error in handle goes back all the same", async () => {
  class Handler extends DatagramRequestHandler {
    override async handle() {
      await this.wfile.write(bytes("so far"));
      throw new Error("planned");
    }
  }
  const { answer, errors } = await exchange(Handler);
  assertEquals([answer, (errors[0] as Error).message], ["so far", "planned"]);
});

Deno.test("timeouts and files of one datagram are not those of the next", async () => {
  class Handler extends DatagramRequestHandler {
    override async handle() {
      await this.wfile.write(await this.rfile.read());
    }
  }
  await using server = new Server(Handler);
  using client = new UdpClient();
  for (const question of ["one", "", "three"]) {
    await client.send(server, question);
    await server.handleRequest();
    assertEquals(await client.receive(), question);
  }
});
