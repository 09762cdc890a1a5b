// Certificates and keys that cannot be loaded: errors as CPython's.
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { PROTOCOL_TLS_SERVER, SSLContext } from "../../socket/ssl/mod.ts";
import { identity } from "../support/certificate.ts";
import { needsProgram, runForeign } from "../support/foreign.ts";
import { needsPython, runPython } from "../support/python.ts";

const needsBoth = {
  ignore: needsPython.ignore || needsProgram("openssl", "version").ignore,
};

interface Load {
  readonly certfile: string;
  readonly keyfile?: string;
  readonly password?: string;
}

/** What differs, and why. */
const differences: Readonly<Record<string, { why: string; ours: string[] }>> = {
  "a key of another kind": {
    why:
      "OpenSSL calls it NO_CERTIFICATE_ASSIGNED, which tells nobody anything",
    ours: ["SSLError", "KEY_VALUES_MISMATCH"],
  },
};

const program = `
import json, ssl, sys
for load in json.loads(sys.stdin.read()):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # Nobody is at the terminal.
        c.load_cert_chain(load["certfile"], load.get("keyfile"), load.get("password", ""))
        print(json.dumps(["none", None]))
    except Exception as e:
        print(json.dumps([type(e).__name__, getattr(e, "reason", None)]))
`;

async function openssl(line: string): Promise<void> {
  const { code, stderr } = await runForeign("openssl", line.split(" "));
  assertEquals(code, 0, stderr);
}

Deno.test({
  ...needsBoth,
  name:
    "SSLContext.loadCertChain() takes keys of all forms, and fails as CPython",
  async fn() {
    const folder = await Deno.makeTempDir();
    const path = (name: string) => `${folder}/${name}`;
    const { cert, key } = identity("rsa");
    await Deno.writeTextFile(path("cert.pem"), cert);
    await Deno.writeTextFile(path("key.pem"), key);
    await Deno.writeTextFile(path("other.key"), identity("leaf").key);
    await Deno.writeTextFile(path("leaf.pem"), identity("leaf").cert);
    await Deno.writeTextFile(path("client.key"), identity("client").key);
    await Deno.writeTextFile(path("both.pem"), cert + key);
    await Deno.writeTextFile(path("garbage"), "garbage\n");
    await Deno.writeTextFile(path("empty"), "");
    await Deno.writeTextFile(
      path("broken.pem"),
      cert.replace(/\n[^-]{20}/, "\nAAAAAAAAAAAAAAAAAAAA"),
    );
    const input = `-in ${path("key.pem")}`;
    await openssl(
      `pkcs8 -topk8 ${input} -out ${path("pkcs8.key")} -passout pass:right`,
    );
    await openssl(
      `rsa -traditional -aes256 ${input} -out ${
        path("old.key")
      } -passout pass:right`,
    );
    await openssl(`rsa -traditional ${input} -out ${path("plain.key")}`);
    const certfile = path("cert.pem");
    const keyed = (name: string, password?: string): Load => ({
      certfile,
      keyfile: path(name),
      ...(password === undefined ? {} : { password }),
    });
    const loads: Readonly<Record<string, Load>> = {
      "a key of its own": keyed("key.pem"),
      "one file for both": { certfile: path("both.pem") },
      "a traditional key": keyed("plain.key"),
      "an encrypted key": keyed("pkcs8.key", "right"),
      "an encrypted traditional key": keyed("old.key", "right"),
      "an encrypted key and a wrong password": keyed("pkcs8.key", "wrong"),
      "an encrypted traditional key and a wrong password": keyed(
        "old.key",
        "wrong",
      ),
      "an encrypted key without its password": keyed("pkcs8.key"),
      "a key of another kind": keyed("other.key"),
      "another's key": {
        certfile: path("leaf.pem"),
        keyfile: path("client.key"),
      },
      "no key": { certfile },
      "no certificate": { certfile: path("key.pem") },
      "garbage for a certificate": { certfile: path("garbage") },
      "garbage for a key": keyed("garbage"),
      "an empty file": { certfile: path("empty") },
      "a damaged certificate": {
        certfile: path("broken.pem"),
        keyfile: path("key.pem"),
      },
      "no such file": { certfile: path("none") },
      "no such file for the key": keyed("none"),
    };
    const theirs = (await runPython(program, {
      stdin: JSON.stringify(Object.values(loads)),
    })).trim().split("\n").map((line) => JSON.parse(line));
    const wrong: unknown[] = [];
    for (const [at, [name, load]] of Object.entries(loads).entries()) {
      const { certfile, ...options } = load;
      const context = new SSLContext(PROTOCOL_TLS_SERVER);
      let ours: [string, string | null] = ["none", null];
      try {
        context.loadCertChain(certfile, options);
      } catch (error) {
        const { name, reason = null } = error as {
          name: string;
          reason: string;
        };
        ours = [name, reason];
      }
      const difference = differences[name];
      const [theirClass, theirReason] = theirs[at];
      // CPython 3.11 says "PEM lib" without a reason.
      const reason = theirReason ??
        (theirClass === "SSLError" ? "PEM_LIB" : null);
      const expected = difference?.ours ?? [theirClass, reason];
      if (JSON.stringify(ours) !== JSON.stringify(expected)) {
        wrong.push({ name, ours, expected });
      }
    }
    assertEquals(wrong, []);
    const password = () => "right";
    const context = new SSLContext(PROTOCOL_TLS_SERVER);
    context.loadCertChain(certfile, { keyfile: path("old.key"), password });
    context.loadCertChain(certfile, {
      keyfile: path("pkcs8.key"),
      password: new TextEncoder().encode("right"),
    });
    const error = assertThrows(() =>
      context.loadCertChain(certfile, keyed("pkcs8.key"))
    );
    assertStringIncludes(String(error), "no password is given");
    await Deno.remove(folder, { recursive: true });
  },
});
