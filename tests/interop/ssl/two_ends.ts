// Two ends of a TLS connection, described once: CPython plays both of them, for the
// answer to compare with, and then one of them against this library.
import {
  createConnection,
  createServer,
  type Driver,
  type Socket,
} from "../../../socket/mod.ts";
import {
  CERT_NONE,
  PROTOCOL_TLS_CLIENT,
  PROTOCOL_TLS_SERVER,
  SSLCertVerificationError,
  SSLContext,
  SSLError,
  TLSVersion,
  type VerifyMode,
} from "../../../socket/ssl/mod.ts";
import { spawnPython } from "../../support/python.ts";
import type { Identity } from "../../support/x509.ts";

/** One end. */
export interface End {
  /** The certificate and the key that it shows. */
  readonly identity?: Identity;
  /** The authorities that it trusts, in PEM; it verifies nothing without. */
  readonly trusts?: string;
  /** Whether it must verify; all that it can if omitted. */
  readonly verifyMode?: VerifyMode;
  readonly alpn?: readonly string[];
}

/** Both ends, and the name that the client wants. */
export interface Ends {
  readonly server: End;
  readonly client: End;
  /** The host to check; no check if it is `null`. */
  readonly host: string | null;
  readonly version: "TLSv1_2" | "TLSv1_3";
}

/** How it went for one end: `null` for well. */
export type Outcome = null | {
  readonly class: string;
  readonly reason: string | null;
  readonly verifyCode: number | null;
  readonly verifyMessage: string | null;
};

/** What programs begin with: `ends` and `context(role)` of CPython. */
export const prelude = String.raw`
import hashlib, json, os, random, select, socket, ssl, sys, tempfile, threading
ends = json.loads(sys.stdin.readline())
folder = tempfile.TemporaryDirectory()

def say(value):
    print(json.dumps(value), flush=True)

def file(name, text):
    path = os.path.join(folder.name, name)
    with open(path, "w") as f:
        f.write(text)
    return path

def context(role):
    end = ends[role]
    is_client = role == "client"
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT if is_client else ssl.PROTOCOL_TLS_SERVER)
    c.minimum_version = c.maximum_version = ssl.TLSVersion[ends["version"]]
    c.check_hostname = is_client and ends["host"] is not None and "trusts" in end
    c.verify_mode = end.get("verifyMode", 2) if "trusts" in end else 0
    if "trusts" in end:
        c.load_verify_locations(cadata=end["trusts"])
    if "identity" in end:
        c.load_cert_chain(file("cert", end["identity"]["cert"]), file("key", end["identity"]["key"]))
    if "alpn" in end:
        c.set_alpn_protocols(end["alpn"])
    return c

def outcome(e):
    return {
        "class": type(e).__name__, "reason": getattr(e, "reason", None),
        "verifyCode": getattr(e, "verify_code", None),
        "verifyMessage": getattr(e, "verify_message", None),
    }
`;

const program = String.raw`
def both():
    """Shakes hands in memory; the server then sends a byte, which the client reads."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = {
        "client": context("client").wrap_bio(to_client, to_server, server_hostname=ends["host"]),
        "server": context("server").wrap_bio(to_server, to_client, server_side=True),
    }
    steps = {"client": ["do_handshake", "read"], "server": ["do_handshake", "write"]}
    ended = {}
    for _ in range(20):
        for role, s in sides.items():
            try:
                while role not in ended and steps[role]:
                    step = steps[role][0]
                    if step == "read": s.read(1)
                    elif step == "write": s.write(b"x")
                    else: s.do_handshake()
                    steps[role].pop(0)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                pass
            except (ssl.SSLError, OSError, ValueError) as e:
                ended[role] = outcome(e)
    return {role: ended.get(role) if role in ended or not steps[role] else "waits" for role in sides}

def live(role, plain):
    try:
        host = {"server_hostname": ends["host"]} if role == "client" else {}
        with context(role).wrap_socket(plain, server_side=role == "server", **host) as s:
            if role == "client":
                s.recv(1)
            else:
                s.sendall(b"x")
                # The client ends first, so that nothing is reset.
                s.recv(1)
        say(None)
    except (ssl.SSLError, OSError, ValueError) as e:
        say(outcome(e))
    finally:
        plain.close()

say(both())
if ends["role"] == "server":
    with socket.create_server(("127.0.0.1", 0)) as listener:
        say(listener.getsockname()[1])
        live("server", listener.accept()[0])
else:
    say(0)
    live("client", socket.create_connection(("127.0.0.1", int(sys.stdin.readline()))))
folder.cleanup()
`;

/** What the two ends made of each other. */
export interface Comparison {
  /** CPython's answers, where both ends are its own. */
  readonly expected: Record<"client" | "server", Outcome | "waits">;
  /** Ours. */
  readonly ours: Outcome;
  /** CPython's, where the other end is ours. */
  readonly theirs: Outcome;
  /** The error of ours. */
  readonly error: unknown;
}

/** Plays both ends with CPython, then one of them ourselves. */
export async function compare(
  ends: Ends,
  role: "client" | "server",
  driver: Driver,
): Promise<Comparison> {
  // The other end is CPython's.
  const other = role === "client" ? "server" : "client";
  await using python = spawnPython(prelude + program);
  await python.writeLine(JSON.stringify({ ...ends, role: other }));
  const hear = async () => JSON.parse(await python.readLine() ?? "null");
  const expected = await hear();
  const port = await hear();
  let error: unknown = null;
  if (role === "client") {
    const plain = await createConnection(["127.0.0.1", port], { driver });
    error = await playClient(ends, plain as Socket);
  } else {
    await using listener = createServer(["127.0.0.1", 0], { driver });
    await python.writeLine(String(listener.getsockname()[1]));
    const [plain] = await listener.accept();
    error = await playServer(ends, plain as Socket);
  }
  return { expected, ours: outcomeOf(error), theirs: await hear(), error };
}

async function playClient(ends: Ends, plain: Socket): Promise<unknown> {
  plain.settimeout(20);
  try {
    await using s = await contextOf("client", ends).wrapSocket(plain, {
      serverHostname: ends.host,
    });
    await s.recv(1);
    return null;
  } catch (error) {
    return error;
  } finally {
    await plain[Symbol.asyncDispose]();
  }
}

async function playServer(ends: Ends, plain: Socket): Promise<unknown> {
  plain.settimeout(20);
  try {
    await using s = await contextOf("server", ends).wrapSocket(plain, {
      serverSide: true,
    });
    await s.sendall(new Uint8Array([120]));
    await s.recv(1);
    return null;
  } catch (error) {
    return error;
  } finally {
    await plain[Symbol.asyncDispose]();
  }
}

/** Makes our context of an end. */
export function contextOf(role: "client" | "server", ends: Ends): SSLContext {
  const isClient = role === "client";
  const { identity, trusts, verifyMode = 2, alpn } = ends[role];
  const context = new SSLContext(
    isClient ? PROTOCOL_TLS_CLIENT : PROTOCOL_TLS_SERVER,
  );
  context.minimumVersion = context.maximumVersion = TLSVersion[ends.version];
  context.checkHostname = isClient && ends.host !== null &&
    trusts !== undefined;
  context.verifyMode = trusts === undefined ? CERT_NONE : verifyMode;
  if (trusts !== undefined) context.loadVerifyLocations({ cadata: trusts });
  if (identity !== undefined) {
    context.loadCertChain(identity.cert, { keyfile: identity.key });
  }
  if (alpn !== undefined) context.setAlpnProtocols(alpn);
  return context;
}

/** Tells an error as the program above does. */
export function outcomeOf(error: unknown): Outcome {
  if (error === null) return null;
  if (!(error instanceof SSLError)) {
    const { name, code = null } = error as { name: string; code?: string };
    return {
      class: name,
      reason: code,
      verifyCode: null,
      verifyMessage: null,
    };
  }
  const isVerification = error instanceof SSLCertVerificationError;
  return {
    class: error.name,
    reason: error.reason ?? null,
    verifyCode: isVerification ? error.verifyCode ?? null : null,
    verifyMessage: isVerification ? error.verifyMessage ?? null : null,
  };
}
