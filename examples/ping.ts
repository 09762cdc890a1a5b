/**
 * Ping: it sends an ICMP echo request a second to a host, by default this
 * machine, and prints the answers, until Ctrl-C.
 *
 *     deno run --allow-ffi=/lib/x86_64-linux-gnu/libc.so.6 examples/ping.ts
 *     deno run -P=ping examples/ping.ts
 *
 * The path is where libc lies; on arm64 it is /lib/aarch64-linux-gnu/libc.so.6.
 * A host may follow, and after it the number of requests: `192.0.2.1 3`.
 *
 * The raw socket is for root only. Other users get a datagram socket for ICMP,
 * if the system's net.ipv4.ping_group_range has their group.
 *
 * @module
 */
import { socket } from "@berkeley/socket";
import { posix } from "@berkeley/socket/posix";

const INTERVAL = 1000; // milliseconds
const DATA = 56; // bytes
const HEADER = 8; // ICMP's, before the data
const IP_HEADER = 20;
const ECHO_REPLY = 0;
const ECHO_REQUEST = 8;
const IP_RECVTTL = 12; // of <linux/in.h>; Python has no name for it

function fail(why: string): never {
  console.error(why);
  Deno.exit(1);
}

/** Returns a raw socket for ICMP or, where only root may have one, a datagram socket. */
function openSocket(): socket.Socket<socket.InetAddress> {
  const { AF_INET, SOCK_RAW, SOCK_DGRAM, IPPROTO_ICMP, IPPROTO_IP } = socket;
  try {
    return socket.socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  } catch (error) {
    if (!(error instanceof socket.OSError && error.code === "EPERM")) {
      throw error;
    }
    try {
      const s = socket.socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
      s.bind(["", 0]); // the kernel chooses the identifier
      s.setsockopt(IPPROTO_IP, IP_RECVTTL, 1);
      return s;
    } catch {
      fail(`${error.message}; run it as root`);
    }
  }
}

/** Returns the Internet checksum, RFC 1071; 0 for a message that has the right one. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += bytes[at] << 8 | (bytes[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

/** Returns an echo request, RFC 792. */
function echoRequest(id: number, seq: number): Uint8Array {
  const message = new Uint8Array(HEADER + DATA).map((_, at) => at);
  const view = new DataView(message.buffer);
  view.setUint8(0, ECHO_REQUEST);
  view.setUint8(1, 0); // code
  view.setUint16(2, 0); // checksum, as long as it is unknown
  view.setUint16(4, id);
  view.setUint16(6, seq);
  view.setUint16(2, checksum(message));
  return message;
}

/** Receives an ICMP message, the time to live that it had left, and who it is from. */
async function receive(
  s: socket.Socket<socket.InetAddress>,
  signal: AbortSignal,
) {
  const space = socket.CMSG_SPACE(4);
  const [data, [control], , sender] = await s.recvmsg(2048, space, 0, {
    signal,
  });
  const from = sender?.[0];
  if (s.type === socket.SOCK_RAW) {
    // The IP header comes first: its length in words is in its first byte.
    const length = (data[0] & 0xf) * 4;
    return { message: data.subarray(length), ttl: data[8], from };
  }
  // A datagram socket has the TTL beside the data.
  const [, , [ttl]] = control;
  return { message: data, ttl, from };
}

/** Returns the sequence number of an answer to us; undefined for any other message. */
function seqOf(message: Uint8Array<ArrayBuffer>, id: number) {
  if (message.length < HEADER || checksum(message) !== 0) return undefined;
  const view = new DataView(message.buffer, message.byteOffset);
  if (view.getUint8(0) !== ECHO_REPLY || view.getUint16(4) !== id) {
    return undefined; // a raw socket gets the machine's other messages as well
  }
  return view.getUint16(6);
}

/** Formats milliseconds as ping(8) does. */
function format(time: number): string {
  return time.toFixed(time < 1 ? 3 : time < 10 ? 2 : time < 100 ? 1 : 0);
}

/** Prints how many answers came, and how long they took. */
function printStatistics(transmitted: number, times: number[], time: number) {
  const lost = Math.round((1 - times.length / transmitted) * 100);
  console.log(`\n--- ${host} ping statistics ---`);
  console.log(
    `${transmitted} packets transmitted, ${times.length} received, ` +
      `${lost}% packet loss, time ${Math.round(time)}ms`,
  );
  if (times.length === 0) return;
  const mean = (of: number[]) => of.reduce((a, b) => a + b) / of.length;
  const average = mean(times);
  const deviation = Math.sqrt(mean(times.map((t) => (t - average) ** 2)));
  const figures = [Math.min(...times), average, Math.max(...times), deviation];
  console.log(
    `rtt min/avg/max/mdev = ${figures.map((f) => f.toFixed(3)).join("/")} ms`,
  );
}

const [host = "127.0.0.1", count, ...more] = Deno.args;
if (host === "" || !/^[1-9]\d*$/.test(count ?? "1") || more.length > 0) {
  fail("Usage: ping.ts [HOST [COUNT]], with a COUNT of 1 or more");
}
const most = count === undefined ? Infinity : Number(count);

try {
  socket.setDefaultDriver(posix);
  using s = openSocket();
  const isRaw = s.type === socket.SOCK_RAW;
  const id = isRaw ? Deno.pid & 0xffff : s.getsockname()[1];
  const address = await socket.gethostbyname(host);
  const size = IP_HEADER + HEADER + DATA;
  console.log(`PING ${host} (${address}) ${DATA}(${size}) bytes of data.`);

  const stop = new AbortController();
  Deno.addSignalListener("SIGINT", () => stop.abort());
  Deno.addSignalListener("SIGTERM", () => stop.abort());
  const start = performance.now();
  const sentAt = new Map<number, number>(); // the requests without an answer yet
  const times: number[] = [];
  let transmitted = 0;

  while (transmitted < most && !stop.signal.aborted) {
    const tick = AbortSignal.any([stop.signal, AbortSignal.timeout(INTERVAL)]);
    const seq = ++transmitted & 0xffff;
    sentAt.set(seq, performance.now());
    await s.sendto(echoRequest(id, seq), [address, 0]);
    try {
      // Until the tick, or after the last request until nothing is missing.
      while (transmitted < most || sentAt.size > 0) {
        const { message, ttl, from } = await receive(s, tick);
        const now = performance.now();
        const seq = seqOf(message, id);
        const sent = seq === undefined ? undefined : sentAt.get(seq);
        if (seq === undefined || sent === undefined) continue;
        sentAt.delete(seq);
        times.push(now - sent);
        console.log(
          `${message.length} bytes from ${from}: icmp_seq=${seq} ttl=${ttl} ` +
            `time=${format(now - sent)} ms`,
        );
      }
    } catch (error) {
      if (!tick.aborted) throw error;
    }
  }
  printStatistics(transmitted, times, performance.now() - start);
  Deno.exitCode = times.length > 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  fail(error.message);
}
