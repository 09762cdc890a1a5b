import { runForeign } from "./foreign.ts";

/** A certificate for localhost, its key, and the authority that has signed it; all in PEM. */
export interface Certificate {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

// A word that begins with "@" is a file.
const STEPS = [
  `req -x509 ${KEY} -days 1 -subj /CN=ca -keyout @ca.key -out @ca.pem`,
  `req ${KEY} -subj /CN=localhost -keyout @key.pem -out @csr`,
  "x509 -req -in @csr -CA @ca.pem -CAkey @ca.key -CAcreateserial -days 1 -extfile @ext -out @cert.pem",
];

/** Makes a certificate with `openssl`. */
export async function certificate(): Promise<Certificate> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/ext`, "subjectAltName=DNS:localhost");
    for (const step of STEPS) {
      const args = step.split(" ")
        .map((word) => word.replace(/^@/, `${folder}/`));
      const { code, stderr } = await runForeign("openssl", args);
      if (code !== 0) throw new Error(stderr);
    }
    const [ca, cert, key] = await Promise.all(
      ["ca.pem", "cert.pem", "key.pem"].map((name) =>
        Deno.readTextFile(`${folder}/${name}`)
      ),
    );
    return { ca, cert, key };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
