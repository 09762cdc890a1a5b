import { type Case, plain, servers, streams, threading } from "./case.ts";

/** One request, and then the server's end, which waits for threads. */
const one = ["construct", "client", "handle_request", "server_close"] as const;

/** The same, and a look at what the client got. */
const answered = [...one, "answer"] as const;

/** A request that is taken at the second try. */
const again = [
  "construct",
  "client",
  "handle_request",
  "handle_request",
  "server_close",
  "answer",
] as const;

const inHandler = ["setup", "handle", "finish"];

const inRequest = [
  ...inHandler,
  "process_request",
  "finish_request",
  "shutdown_request",
  "close_request",
];

/** One request, with all that can go wrong in it. */
export const requestCases: readonly Case[] = [
  { name: "a request", actions: answered },
  { name: "a request by files", byFiles: true, actions: answered },
  {
    name: "two requests",
    actions: [
      "construct",
      "client",
      "client",
      "handle_request",
      "handle_request",
      "server_close",
      "answer",
      "answer",
    ],
  },
  {
    name: "verify_request is false",
    verifies: false,
    actions: one,
  },
  {
    name: "verify_request is false: the client sees the end",
    servers: streams,
    verifies: false,
    actions: answered,
  },
  ...(["Planned", "EMFILE"] as const).map((error): Case => ({
    name: `verify_request throws ${error}`,
    faults: { verify_request: { error } },
    actions: one,
    differs: [{
      python: ["verifyRequest throws", `handleRequest throws ${error}`],
      ours: [
        "verifyRequest throws",
        "handleError",
        "shutdownRequest",
        "closeRequest",
        "handleRequest ends",
      ],
      reason: "one bad request ends no server, and leaves nothing open",
    }],
  })),
  ...inRequest.flatMap((step): Case[] => [
    {
      name: `${step} throws`,
      faults: { [step]: { error: "Planned" } },
      actions: one,
    },
    {
      name: `${step} throws once`,
      faults: { [step]: { error: "Planned", times: 1 } },
      actions: one,
    },
    {
      name: `${step} throws an OSError once it has done its work`,
      // CPython's loop then closes what the thread still uses.
      servers: step === "process_request" ? plain : servers,
      faults: { [step]: { error: "EMFILE", late: true } },
      actions: one,
    },
  ]),
  ...inHandler.map((step): Case => ({
    name: `${step} throws: the client sees the end`,
    servers: streams,
    faults: { [step]: { error: "Planned" } },
    actions: answered,
  })),
  {
    name: "handle throws and so does finish",
    faults: { handle: { error: "Planned" }, finish: { error: "EMFILE" } },
    actions: one,
  },
  {
    name: "handle throws between files",
    byFiles: true,
    faults: { handle: { error: "Planned" } },
    actions: one,
  },
  {
    name: "handle_error throws",
    servers: plain,
    faults: {
      handle: { error: "Planned" },
      handle_error: { error: "EMFILE" },
    },
    actions: one,
    differs: [{
      python: ["handleError throws", "handleRequest throws EMFILE"],
      ours: [
        "handleError throws",
        "shutdownRequest",
        "closeRequest",
        "handleRequest throws EMFILE",
      ],
      reason: "CPython leaves the connection to the garbage collector",
    }],
  },
  {
    name: "handle_error throws in a thread",
    servers: threading,
    faults: {
      handle: { error: "Planned" },
      handle_error: { error: "Planned" },
    },
    actions: one,
  },
  {
    name: "process_request_thread throws",
    servers: threading,
    faults: { process_request_thread: { error: "Planned" } },
    actions: one,
  },
  {
    name: "get_request throws an OSError",
    faults: { get_request: { error: "EMFILE", times: 1 } },
    actions: again,
  },
  {
    name: "get_request throws another error",
    faults: { get_request: { error: "Planned", times: 1 } },
    actions: again,
  },
  {
    name: "get_request throws what waiting does not mend",
    faults: { get_request: { error: "EBADF" } },
    actions: one,
    differs: [{
      python: ["getRequest throws", "handleRequest ends"],
      ours: ["getRequest throws", "handleRequest throws EBADF"],
      reason: "a server without a socket would never serve; CPython hides it",
    }],
  },
];
