/**
 * Gets a URL of a web server that speaks TLS: prints the status of its answer, what
 * the two have agreed on, whose certificate it is, and how much came.
 *
 *     deno run --allow-net=example.com:443 examples/https_get.ts https://example.com/
 *     deno run -P=https_get examples/https_get.ts https://example.com/
 *
 * It trusts the authorities that Deno does, or those in a file. So for a server of this
 * machine (tls_echo_server.ts shows how to make its certificates):
 *
 *     openssl s_server -www -accept 127.0.0.1:50014 -cert certificates/cert.pem -key certificates/key.pem
 *
 *     deno run --allow-net=127.0.0.1:50014 --allow-read=certificates/ca.pem examples/https_get.ts https://127.0.0.1:50014/ certificates/ca.pem
 *     deno run -P=https_get examples/https_get.ts https://127.0.0.1:50014/ certificates/ca.pem
 *
 * @module
 */
import { socket } from "@berkeley/socket";
import * as ssl from "@berkeley/socket/ssl";

const TIMEOUT = 20; // seconds that each step may take

/** Writes a name as "commonName=localhost". */
function nameOf(certificate: Partial<ssl.CertificateInfo> | null): string {
  return (certificate?.subject ?? []).flat()
    .map(([key, value]) => `${key}=${value}`).join(", ") || "nobody";
}

async function get(url: URL, cafile: string | undefined): Promise<void> {
  const context = ssl.createDefaultContext(ssl.Purpose.SERVER_AUTH, { cafile });
  context.setAlpnProtocols(["http/1.1"]);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1"); // of an IPv6 address
  const plain = await socket.createConnection([host, Number(url.port) || 443], {
    timeout: TIMEOUT,
  });
  using s = await context.wrapSocket(plain, { serverHostname: host });
  await s.sendall(new TextEncoder().encode(
    `GET ${url.pathname}${url.search} HTTP/1.1\r\n` +
      `Host: ${url.host}\r\nConnection: close\r\n\r\n`,
  ));
  await using file = s.makefile("rb");
  const status = await file.readline();
  let length = status.length;
  for await (const line of file) length += line.length;
  console.log("Status:", new TextDecoder().decode(status).trimEnd());
  console.log("Version:", s.version());
  console.log("Cipher:", s.cipher()?.[0]);
  console.log("Subject:", nameOf(s.getpeercert()));
  console.log("Bytes:", length);
}

const [address = "", cafile] = Deno.args;
const url = URL.parse(address);
if (url?.protocol !== "https:") {
  console.error("Usage: https_get.ts https://HOST/PATH [FILE]");
  Deno.exit(2);
}
try {
  await get(url, cafile);
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
