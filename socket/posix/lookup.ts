import type { AddressInfoHints } from "../driver.ts";
import { addressInfoError, type OSErrorFields } from "../errors.ts";
import { parseIpv4Loose, parseIpv6 } from "../text/ip_address.ts";
import { withDeadline } from "../wait.ts";
import type { Wait } from "../wait.ts";
import { addrinfo } from "./layout/mod.ts";
import { libc } from "./libc.ts";
import { copyMemory, cString, textAt } from "./memory.ts";

/** One answer of libc. */
export interface Answer {
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  readonly canonname: string;
  readonly address: Uint8Array<ArrayBuffer>;
}

// How many look-ups run at a time. Each holds a thread of the 32 that Deno has
// for everything, its own look-ups and files included, and cannot be stopped.
const MOST = 8;

let running = 0;
const queue = new Set<() => void>();

/**
 * Runs a call of libc that holds a thread, no longer than `wait` allows; a call
 * that has begun goes on unheeded.
 *
 * @param begin Begins the call.
 */
export function onThread<T>(
  begin: () => Promise<T>,
  wait: Wait | undefined,
  fields: OSErrorFields,
): Promise<T> {
  // It may have aborted in an earlier step of the same call.
  if (wait?.signal?.aborted) return Promise.reject(wait.signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const start = () => {
    queue.delete(start);
    running++;
    begin().then(resolve, reject).finally(() => {
      running--;
      for (const next of queue) return next();
    });
  };
  if (running < MOST) start();
  else queue.add(start);
  return withDeadline(promise, wait, fields, () => queue.delete(start));
}

/** Packs what restricts a look-up. */
function pack(
  { flags, family, type, proto }: AddressInfoHints,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(addrinfo.size);
  const view = new DataView(bytes.buffer);
  view.setInt32(addrinfo.flags, flags, true);
  view.setInt32(addrinfo.family, family, true);
  view.setInt32(addrinfo.socktype, type, true);
  view.setInt32(addrinfo.protocol, proto, true);
  return bytes;
}

/** Reads libc's list and frees it. */
function readAnswers(list: BigUint64Array): Answer[] {
  const [head] = list;
  const answers: Answer[] = [];
  for (let at = head; at !== 0n;) {
    const view = copyMemory(at, addrinfo.size);
    const address = copyMemory(
      view.getBigUint64(addrinfo.addr, true),
      view.getUint32(addrinfo.addrlen, true),
    );
    answers.push({
      family: view.getInt32(addrinfo.family, true),
      type: view.getInt32(addrinfo.socktype, true),
      proto: view.getInt32(addrinfo.protocol, true),
      canonname: textAt(view.getBigUint64(addrinfo.canonname, true)),
      address: new Uint8Array(address.buffer as ArrayBuffer),
    });
    at = view.getBigUint64(addrinfo.next, true);
  }
  libc().freeaddrinfo(head);
  return answers;
}

function passedAs(
  host: string | null,
  port: string | null,
  hints: AddressInfoHints,
) {
  return {
    host: host === null ? null : cString(host),
    port: port === null ? null : cString(port),
    hints: pack(hints),
    list: new BigUint64Array(1),
  };
}

function asBytes(list: BigUint64Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(list.buffer);
}

/** Tells whether a host is a number, for which libc asks nobody. */
function isNumeric(host: string): boolean {
  const [address] = host.split("%");
  return (parseIpv4Loose(host) ?? parseIpv6(address)) !== undefined;
}

/**
 * Looks a host and a service up on a thread; a number at once, so that it need
 * not wait for the names of others.
 */
export async function lookUp(
  host: string | null,
  port: string | null,
  hints: AddressInfoHints,
  wait: Wait | undefined,
  fields: OSErrorFields,
): Promise<Answer[]> {
  if (host === null || isNumeric(host)) {
    return lookUpNow(host, port, hints, fields);
  }
  return await onThread(
    async () => {
      const passed = passedAs(host, port, hints);
      const result = await libc().getaddrinfoLater(
        passed.host,
        passed.port,
        passed.hints,
        asBytes(passed.list),
      );
      if (result !== 0) throw addressInfoError(result, fields);
      return readAnswers(passed.list);
    },
    wait,
    fields,
  );
}

/** Looks a host and a service up here and now, which may keep everything waiting. */
export function lookUpNow(
  host: string | null,
  port: string | null,
  hints: AddressInfoHints,
  fields: OSErrorFields,
): Answer[] {
  const passed = passedAs(host, port, hints);
  const result = libc().getaddrinfo(
    passed.host,
    passed.port,
    passed.hints,
    asBytes(passed.list),
  );
  if (result !== 0) throw addressInfoError(result, fields);
  return readAnswers(passed.list);
}
