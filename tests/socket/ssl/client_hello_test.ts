import { assertEquals } from "@std/assert";
import { connect } from "node:tls";
import { Duplex } from "node:stream";
import {
  type ClientHello,
  readClientHello,
  type Strange,
} from "../../../socket/ssl/client_hello.ts";
import { Random } from "../../support/random.ts";

const HEADER = 5;

/** Gives the first message that node's client sends. */
function helloOf(
  options: {
    servername?: string;
    ALPNProtocols?: string[];
    maxVersion?: "TLSv1.2";
  },
): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve) => {
    const raw = new Duplex({
      read() {},
      write(bytes: Uint8Array, _encoding, done) {
        done();
        resolve(new Uint8Array(bytes));
        socket.destroy();
      },
    });
    const socket = connect({ socket: raw, ...options });
    socket.on("error", () => {});
  });
}

/** Cuts a handshake message into records of so many bytes. */
function inRecords(hello: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const records: number[] = [];
  const message = hello.subarray(HEADER);
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size);
    records.push(22, 3, 1, part.length >> 8, part.length & 0xff, ...part);
  }
  return Uint8Array.from(records);
}

/** What is asked for, and what is read. */
const asked: readonly [
  Parameters<typeof helloOf>[0],
  ClientHello,
][] = [
  [{}, { serverName: null, alpnProtocols: null }],
  [{ servername: "localhost" }, {
    serverName: "localhost",
    alpnProtocols: null,
  }],
  [
    { servername: "xn--knig-5qa.example", ALPNProtocols: ["h2", "http/1.1"] },
    { serverName: "xn--knig-5qa.example", alpnProtocols: ["h2", "http/1.1"] },
  ],
  [
    { ALPNProtocols: ["x".repeat(255)], maxVersion: "TLSv1.2" },
    { serverName: null, alpnProtocols: ["x".repeat(255)] },
  ],
];

Deno.test("readClientHello() reads what a client asks for", async () => {
  for (const [options, expected] of asked) {
    assertEquals(readClientHello(await helloOf(options)), expected);
  }
});

Deno.test("readClientHello() wants more of a message that is cut at any byte", async () => {
  for (const [options, expected] of asked) {
    const hello = await helloOf(options);
    for (let size = 0; size < hello.length; size++) {
      assertEquals(
        readClientHello(hello.subarray(0, size)),
        undefined,
        `${size}`,
      );
    }
    // What follows is none of its business.
    assertEquals(readClientHello(Uint8Array.from([...hello, 0, 1])), expected);
  }
});

Deno.test("readClientHello() puts a message together that is in many records", async () => {
  const [options, expected] = asked[2];
  const hello = await helloOf(options);
  for (const size of [1, 2, 3, 4, 5, 100, hello.length]) {
    const records = inRecords(hello, size);
    assertEquals(readClientHello(records), expected, `${size}`);
    assertEquals(readClientHello(records.subarray(0, -1)), undefined);
  }
});

/** Bytes that are no client's first message, and how they are called. */
const strange: Readonly<Record<string, Strange>> = {
  "GET / HTTP/1.1\r\n": "HTTP_REQUEST",
  "POST /": "HTTP_REQUEST",
  "HEAD /": "HTTP_REQUEST",
  "PUT / ": "HTTP_REQUEST",
  "CONNECT a:1": "HTTPS_PROXY_REQUEST",
  "GETTING": "WRONG_VERSION_NUMBER",
  "HI": "WRONG_VERSION_NUMBER",
  "EHLO there\r\n": "WRONG_VERSION_NUMBER",
  "\x80\x2e\x01\x03\x01": "WRONG_VERSION_NUMBER", // SSL 2
  "\x16\x03\x01\xff\xff": "PACKET_LENGTH_TOO_LONG",
  "\x17\x03\x03\xff\xff": "PACKET_LENGTH_TOO_LONG",
  "\x16\x03\x01\x41\x01": "PACKET_LENGTH_TOO_LONG",
  "\x17\x03\x03\x00\x05": "UNEXPECTED_MESSAGE",
  "\x15\x03\x03\x00\x02\x02\x28": "UNEXPECTED_MESSAGE",
  "\x16\x03\x01\x00\x04\x02\x00\x00\x10": "UNEXPECTED_MESSAGE", // of a server
  "\x16\x03\x01\x00\x04\x01\xff\xff\xff": "EXCESSIVE_MESSAGE_SIZE",
};

Deno.test("readClientHello() names what is none, as OpenSSL does", () => {
  for (const [letters, expected] of Object.entries(strange)) {
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    assertEquals(readClientHello(bytes), expected, JSON.stringify(letters));
  }
});

Deno.test("readClientHello() leaves a message that makes no sense to the engine", () => {
  const body = new Uint8Array(40).fill(255);
  const bytes = [22, 3, 1, 0, 44, 1, 0, 0, 40, ...body];
  assertEquals(readClientHello(Uint8Array.from(bytes)), {
    serverName: null,
    alpnProtocols: null,
  });
});

Deno.test("readClientHello() never throws, whatever it is given", async () => {
  const random = new Random();
  const hello = await helloOf(asked[2][0]);
  for (let round = 0; round < 5000; round++) {
    const bytes = random.chance(0.2)
      ? random.bytes(random.integer(0, 100))
      : hello.slice(0, random.integer(0, hello.length));
    for (let changes = random.integer(0, 5); changes > 0; changes--) {
      if (bytes.length > 0) {
        bytes[random.integer(0, bytes.length - 1)] = random.integer(0, 255);
      }
    }
    try {
      readClientHello(bytes);
    } catch (error) {
      throw new Error(`seed ${random.seed}: ${bytes.toHex()}`, {
        cause: error,
      });
    }
  }
});
