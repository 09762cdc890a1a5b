/**
 * An echo server that speaks TLS: it sends back each line of its clients, each in a
 * task of its own, until Ctrl-C. It has its certificate and key from a folder.
 *
 * First make a folder with an authority of your own, and a certificate for localhost
 * that it has signed (OpenSSL 3):
 *
 *     mkdir certificates
 *     openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=authority -keyout certificates/ca.key -out certificates/ca.pem
 *     openssl req -x509 -CA certificates/ca.pem -CAkey certificates/ca.key -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE -keyout certificates/key.pem -out certificates/cert.pem
 *
 * Then run it:
 *
 *     deno run --allow-net=127.0.0.1:50013 --allow-read=certificates/cert.pem,certificates/key.pem examples/tls_echo_server.ts certificates
 *     deno run -P=tls_echo_server examples/tls_echo_server.ts certificates
 *
 * Its clients are tls_echo_client.ts and:
 *
 *     openssl s_client -CAfile certificates/ca.pem -connect 127.0.0.1:50013
 *
 * @module
 */
import { socket, socketserver } from "@berkeley/socket";
import * as ssl from "@berkeley/socket/ssl";

const HOST = "127.0.0.1";
const PORT = 50013;
const HANDSHAKE = 10; // seconds that a client may take for it
const PATIENCE = 60; // seconds that a client may be silent
const GRACE = 2; // seconds

class Echo extends socketserver.StreamRequestHandler {
  declare readonly request: ssl.SSLSocket<socket.InetAddress, null>;
  override timeout = PATIENCE;

  override async handle() {
    const [cipher] = this.request.cipher()!;
    console.log(this.clientAddress, this.request.version(), cipher);
    for await (const line of this.rfile) await this.wfile.write(line);
  }
}

class Server extends socketserver.ThreadingTCPServer {
  static override allowReuseAddress = true;
  static override handshakeTimeout = HANDSHAKE;

  // A client that does not speak TLS, or does not trust us, is no fault of ours.
  override handleError(_: unknown, _client: unknown, error: unknown) {
    if (!(error instanceof socket.OSError)) throw error;
    console.error(error.message);
  }
}

const [folder] = Deno.args;
if (folder === undefined) {
  console.error("Usage: tls_echo_server.ts FOLDER");
  Deno.exit(2);
}
try {
  const context = ssl.createDefaultContext(ssl.Purpose.CLIENT_AUTH);
  context.loadCertChain(`${folder}/cert.pem`, { keyfile: `${folder}/key.pem` });
  await using server = new Server([HOST, PORT], Echo, { ssl: context });
  const stop = () => server.shutdown();
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
  console.log(`Listening on ${HOST}:${PORT}, press Ctrl-C to stop`);
  await server.serveForever();

  // Clients that are still connected may finish.
  const cut = await server.shutdown({ grace: GRACE });
  console.log(`Goodbye, clients cut off: ${cut}`);
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
