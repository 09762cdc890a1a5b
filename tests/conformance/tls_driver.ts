import type { Address } from "../../socket/address.ts";
import {
  type Accepted,
  BlockingIOError,
  type Driver,
  type Endpoint,
} from "../../socket/mod.ts";
import {
  asClient,
  asServer,
  checkClient,
  checkServer,
} from "../../socket/ssl/handshake.ts";
import { SSLContext } from "../../socket/ssl/mod.ts";
import {
  PROTOCOL_TLS_CLIENT,
  PROTOCOL_TLS_SERVER,
} from "../../socket/ssl/constants.ts";
import { TlsEndpoint } from "../../socket/ssl/tls_endpoint.ts";
import type { Wait } from "../../socket/wait.ts";
import { certificate } from "../support/certificate.ts";

const { ca, cert, key } = certificate();

const clientContext = new SSLContext(PROTOCOL_TLS_CLIENT);
clientContext.loadVerifyLocations({ cadata: ca });
const serverContext = new SSLContext(PROTOCOL_TLS_SERVER);
serverContext.loadCertChain(new TextEncoder().encode(cert), {
  keyfile: new TextEncoder().encode(key),
});

/** An endpoint that speaks TLS as soon as it is connected. */
class Encrypting extends TlsEndpoint {
  override async connect(
    address: Address,
    wait: Wait | undefined,
  ): Promise<void> {
    this.prepare(() => ({
      begin: asClient(clientContext, "localhost"),
      check: (engine) =>
        checkServer(engine, clientContext, "localhost", address),
      suppressRaggedEofs: true,
    }));
    try {
      await super.connect(address, wait);
    } catch (error) {
      if (!(error instanceof BlockingIOError)) throw error;
      if (error.code === "EINPROGRESS") this.#begin();
      throw error;
    }
    this.#begin();
  }

  #begin(): void {
    // As in a program that awaits no handshake, whose result the next call tells.
    this.handshake(undefined).catch(() => {});
  }

  override async accept(wait: Wait | undefined): Promise<Accepted> {
    const [plain, address] = await super.accept(wait);
    const accepted = new Encrypting(plain);
    await accepted.serve(address);
    return [accepted, address];
  }

  /** Speaks TLS as the server; what is wrong with that, the calls that follow tell. */
  async serve(address: Address): Promise<void> {
    this.begin({
      begin: asServer(() => serverContext, address),
      check: (engine) => checkClient(engine, serverContext, address),
      suppressRaggedEofs: true,
    });
    await this.handshake(undefined).catch(() => {});
  }
}

/** Makes a driver whose streams are those of another, with TLS on top. */
export function tlsDriver(inner: Driver): Driver {
  return {
    name: `TLS over ${inner.name}`,
    open: (...args) => new Encrypting(inner.open(...args)),
    pair: (...args) => inner.pair(...args),
    adopt: (...args) => inner.adopt(...args),
    connect: (...args): Promise<Endpoint> => inner.connect(...args),
    closeDescriptor: (fd) => inner.closeDescriptor(fd),
    dupDescriptor: (fd) => inner.dupDescriptor(fd),
    file: (fd) => inner.file(fd),
    epoll: (fd) => inner.epoll(fd),
    names: inner.names,
    services: inner.services,
    machine: inner.machine,
  };
}
