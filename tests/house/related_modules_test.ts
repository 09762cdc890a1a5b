import * as asynchat from "../../server/asynchat/mod.ts";
import * as asyncore from "../../server/asyncore/mod.ts";
import { socket } from "../../socket/mod.ts";
import * as select from "../../socket/select/mod.ts";
import * as selectors from "../../socket/selectors/mod.ts";
import * as ssl from "../../socket/ssl/mod.ts";
import { documentation, expectNone } from "./source.ts";
import python from "./related_modules.json" with { type: "json" };

// related_modules.json lists the names of CPython 3.11's select, selectors, asyncore
// and asynchat on Linux, and the public members of their classes, by dir(). This
// keeps ours equal to them.

interface Module {
  readonly here: object;
  readonly file: string;
  readonly names: readonly string[];
  readonly members: Readonly<Record<string, readonly string[]>>;
}

const modules: Readonly<Record<string, Module>> = {
  select: { here: select, file: "socket/select/mod.ts", ...python.select },
  selectors: {
    here: selectors,
    file: "socket/selectors/mod.ts",
    ...python.selectors,
  },
  ssl: { here: ssl, file: "socket/ssl/mod.ts", ...python.ssl },
  asyncore: {
    here: asyncore,
    file: "server/asyncore/mod.ts",
    ...python.asyncore,
  },
  asynchat: {
    here: asynchat,
    file: "server/asynchat/mod.ts",
    ...python.asynchat,
  },
};

/** Names that we leave out, and why. */
const namesLeftOut: Readonly<Record<string, string>> = {
  "ssl.CHANNEL_BINDING_TYPES": "the runtime gives nothing to bind to",
  "ssl.DefaultVerifyPaths": "the runtime has its own authorities",
  "ssl.MemoryBIO": "wrap a socket of a driver of your own",
  "ssl.OPENSSL_VERSION": "it is not OpenSSL",
  "ssl.OPENSSL_VERSION_INFO": "it is not OpenSSL",
  "ssl.OPENSSL_VERSION_NUMBER": "it is not OpenSSL",
  "ssl.OP_ENABLE_KTLS": "nothing could honour it",
  "ssl.OP_IGNORE_UNEXPECTED_EOF": "see suppressRaggedEofs",
  "ssl.OP_LEGACY_SERVER_CONNECT": "nothing could honour it",
  "ssl.OP_NO_TICKET": "nothing could honour it",
  "ssl.Options": "an enumeration of the OP_ numbers",
  "ssl.PROTOCOL_SSLv23": "deprecated in Python",
  "ssl.PROTOCOL_TLS": "deprecated in Python",
  "ssl.PROTOCOL_TLSv1": "not spoken",
  "ssl.PROTOCOL_TLSv1_1": "not spoken",
  "ssl.PROTOCOL_TLSv1_2": "deprecated in Python",
  "ssl.RAND_add": "see crypto.getRandomValues()",
  "ssl.RAND_bytes": "see crypto.getRandomValues()",
  "ssl.RAND_status": "see crypto.getRandomValues()",
  "ssl.SSLObject": "wrap a socket of a driver of your own",
  "ssl.SSLSession": "the runtime does not tell sessions",
  "ssl.VERIFY_ALLOW_PROXY_CERTS": "nothing could honour it",
  "ssl.VERIFY_CRL_CHECK_CHAIN": "nothing could honour it",
  "ssl.VERIFY_CRL_CHECK_LEAF": "nothing could honour it",
  "ssl.VERIFY_DEFAULT": "nothing could honour the others",
  "ssl.VERIFY_X509_PARTIAL_CHAIN": "it is always so",
  "ssl.VERIFY_X509_STRICT": "nothing could honour it",
  "ssl.VERIFY_X509_TRUSTED_FIRST": "nothing could honour it",
  "ssl.VerifyFlags": "nothing could honour them",
  "ssl.get_default_verify_paths": "the runtime has its own authorities",
  "ssl.get_protocol_name": "there are two protocols",
};

/** Whether a name is one of an enumeration that we have as an object. */
function isOfEnumeration(name: string): boolean {
  return /^(ALERT_DESCRIPTION|SSL_ERROR)_/.test(name);
}

/** What we export that Python's modules have not, and why. */
const ours: Readonly<Record<string, string>> = {
  "select.Epoll": "the class that epoll() makes",
  "select.KeyError": "built in in Python",
  "select.Poll": "the class that poll() makes",
  "selectors.KeyError": "built in in Python",
  "ssl.BaseContext": "a part of SSLContext",
};

/** Types that we export; at run time they are nothing. */
const types: readonly string[] = [
  "asynchat.Producer",
  "asynchat.Terminator",
  "asyncore.Channel",
  "asyncore.CloseAllOptions",
  "asyncore.CompactTraceback",
  "asyncore.CreateSocketOptions",
  "asyncore.EventHandler",
  "asyncore.FileOptions",
  "asyncore.LoopOptions",
  "asyncore.PollOptions",
  "asyncore.SocketMap",
  "select.DriverOption",
  "select.EpollFactory",
  "select.EpollPollOptions",
  "select.Selectable",
  "select.SelectOptions",
  "selectors.DriverOption",
  "selectors.Selectable",
  "selectors.SelectorBackend",
  "ssl.CertificateInfo",
  "ssl.DefaultContextOptions",
  "ssl.DistinguishedName",
  "ssl.LoadCertChainOptions",
  "ssl.Password",
  "ssl.PemSource",
  "ssl.SSLErrorFields",
  "ssl.SSLSocketOptions",
  "ssl.ServerCertificateOptions",
  "ssl.SniCallback",
  "ssl.TlsSettings",
  "ssl.VerifyLocations",
  "ssl.WrapSocketOptions",
];

/** Members that we leave out, and why. */
const leftOut: Readonly<Record<string, string>> = {
  "selectors.DefaultSelector.fileno": "ours has no descriptor of its own",
  "ssl.SSLContext.certStoreStats": "see getCaCerts()",
  "ssl.SSLContext.hostnameChecksCommonName": "it is always false",
  "ssl.SSLContext.keylogFilename": "the runtime tells no keys",
  "ssl.SSLContext.loadDhParams": "the runtime has groups of its own",
  "ssl.SSLContext.numTickets": "the runtime has a number of its own",
  "ssl.SSLContext.postHandshakeAuth": "the runtime does not do it",
  "ssl.SSLContext.securityLevel": "the runtime has a level of its own",
  "ssl.SSLContext.sessionStats": "the runtime does not tell",
  "ssl.SSLContext.setEcdhCurve": "the runtime has curves of its own",
  "ssl.SSLContext.setNpnProtocols": "not in any TLS of today",
  "ssl.SSLContext.setPskClientCallback": "the runtime does not do it",
  "ssl.SSLContext.setPskServerCallback": "the runtime does not do it",
  "ssl.SSLContext.setServernameCallback": "Python's older sniCallback",
  "ssl.SSLContext.sslobjectClass": "there are no objects without sockets",
  "ssl.SSLContext.sslsocketClass": "there is one class",
  "ssl.SSLContext.verifyFlags": "nothing could honour them",
  "ssl.SSLContext.wrapBio": "wrap a socket of a driver of your own",
  "ssl.SSLSocket.compression": "there is none",
  "ssl.SSLSocket.getChannelBinding": "the runtime does not tell",
  "ssl.SSLSocket.getUnverifiedChain": "the runtime does not tell",
  "ssl.SSLSocket.getVerifiedChain": "the runtime does not tell",
  "ssl.SSLSocket.selectedNpnProtocol": "not in any TLS of today",
  "ssl.SSLSocket.session": "the runtime does not tell",
  "ssl.SSLSocket.sharedCiphers": "the runtime does not tell",
  "ssl.SSLSocket.verifyClientPostHandshake": "the runtime does not do it",
};

function ourName(name: string): string {
  return /^[A-Z_]+$|^(HAS|OP|TLS)_/.test(name)
    ? name
    : name.replace(/(?<=.)_([a-zA-Z])/g, (_, letter) => letter.toUpperCase());
}

/** Whether Python's name is that of a class, which keeps it. */
function isClass({ members }: Module, name: string): boolean {
  return name in members || /^[A-Z][a-z]/.test(name);
}

/** Makes an object of a class, for members that are fields. */
function make(module: string, name: string): object | undefined {
  using s = socket();
  const { dispatcher, dispatcher_with_send, file_wrapper, file_dispatcher } =
    asyncore;
  class chat extends asynchat.async_chat {
    collectIncomingData() {}
    foundTerminator() {}
  }
  const makers: Record<string, () => object> = {
    "select.epoll": () => select.Epoll.prototype,
    "select.poll": () => select.poll(),
    "ssl.SSLContext": () => new ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    "ssl.SSLSocket": () =>
      Object.assign(Object.create(ssl.SSLSocket.prototype), {
        context: null,
        serverSide: false,
        serverHostname: null,
      }),
    "selectors.BaseSelector": () => new selectors.PollSelector(),
    "selectors.EpollSelector": () => selectors.EpollSelector.prototype,
    "selectors.SelectorKey": () => new selectors.SelectorKey(s, 0, 0, null),
    "asyncore.dispatcher": () => new dispatcher(),
    "asyncore.dispatcher_with_send": () => new dispatcher_with_send(),
    "asyncore.file_wrapper": () => file_wrapper.prototype,
    // Its fields are those of dispatcher.
    "asyncore.file_dispatcher": () =>
      Object.assign(Object.create(file_dispatcher.prototype), new dispatcher()),
    "asynchat.async_chat": () => new chat(),
    "asynchat.simple_producer": () =>
      new asynchat.simple_producer(new Uint8Array()),
  };
  const Class = (modules[module].here as Record<string, unknown>)[name];
  return makers[`${module}.${name}`]?.() ??
    (Class as { prototype: object }).prototype;
}

Deno.test("every name of select, selectors, asyncore and asynchat is exported", () => {
  const missing = Object.entries(modules).flatMap(([module, it]) =>
    it.names.filter((name) =>
      !isOfEnumeration(name) && !(`${module}.${name}` in namesLeftOut)
    )
      .map((name) => isClass(it, name) ? name : ourName(name))
      .filter((name) => !(name in it.here))
      .map((name) => `${module}.${name}`)
  );
  expectNone(missing, "Export these, or name them in `namesLeftOut`:");
});

Deno.test("every member of the classes of select, selectors, asyncore and asynchat is there", () => {
  const missing = Object.entries(modules).flatMap(([module, { members }]) =>
    Object.entries(members).flatMap(([name, list]) => {
      const object = make(module, name)!;
      // A class method of Python's is on the class here.
      const statics = (modules[module].here as Record<string, object>)[name];
      return list.map(ourName)
        .filter((member) => !(member in object || member in statics))
        .map((member) => `${module}.${name}.${member}`)
        .filter((member) => !(member in leftOut));
    })
  );
  expectNone(missing, "Add these, or name them in `leftOut` with the reason:");
});

for (const [module, { file, names }] of Object.entries(modules)) {
  Deno.test(`${file} exports nothing that is neither Python's nor ours`, async () => {
    const expected = new Set([
      ...names.flatMap((name) => [name, ourName(name)]).map((name) =>
        `${module}.${name}`
      ),
      ...Object.keys(ours),
      ...types,
    ]);
    const symbols = await documentation(file);
    expectNone(
      symbols.map(({ name }) => `${module}.${name}`)
        .filter((name) => !expected.has(name)),
      "Take these back, or name them in `ours` or `types`:",
    );
  });
}
