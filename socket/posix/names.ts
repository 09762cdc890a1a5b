import type { Inet6Address, InetAddress } from "../address.ts";
import {
  AF_INET,
  AF_INET6,
  AI_CANONNAME,
  NI_MAXHOST,
  NI_NAMEREQD,
} from "../constants/mod.ts";
import { errno } from "../constants/errno.ts";
import type { AddressInfo, HostEntry, Names } from "../driver.ts";
import {
  addressInfoError,
  gaierror,
  hostError,
  type OSErrorFields,
  osErrorFromErrno,
} from "../errors.ts";
import { formatIpv4, formatIpv6 } from "../text/ip_address.ts";
import type { Wait } from "../wait.ts";
import { refuseDeniedName } from "./denials.ts";
import { hostent } from "./layout/linux.ts";
import { isDarwin } from "./layout/mod.ts";
import { libc } from "./libc.ts";
import { type Answer, lookUp, onThread } from "./lookup.ts";
import { addressesAt, copyMemory, cString, textAt } from "./memory.ts";
import { hostOf, packInternet } from "./sockaddr/internet.ts";
import { unpackAddress } from "./sockaddr/mod.ts";

/** Looks hosts and services up as libc does, on threads. */
export const names: Names = {
  async getaddrinfo(host, port, hints, wait): Promise<AddressInfo[]> {
    const fields = {
      syscall: "getaddrinfo",
      subject: host === null ? `port "${port}"` : `"${host}"`,
    };
    const service = port === null ? null : String(port);
    if (host !== null) {
      // What looks up a name and a port is about to connect.
      const number = service && /^\d+$/.test(service) ? +service : undefined;
      refuseDeniedName("getaddrinfo", host, number);
    }
    const answers = await lookUp(host, service, hints, wait, fields);
    return answers.map(({ family, type, proto, canonname, address }) => [
      family,
      type,
      proto,
      canonname,
      unpackAddress(address, address.length, proto)!,
    ]);
  },

  async getnameinfo(address, flags, wait): Promise<[string, string]> {
    const fields = { syscall: "getnameinfo", address };
    const packed = packNumeric(address);
    return await onThread(
      async () => {
        const host = new Uint8Array(NI_MAXHOST);
        const service = new Uint8Array(SERVICE);
        const result = await libc().getnameinfo(
          packed,
          packed.length,
          host,
          host.length,
          service,
          service.length,
          flags,
        );
        if (result !== 0) throw addressInfoError(result, fields);
        return [textIn(host), textIn(service)];
      },
      wait,
      fields,
    );
  },

  async gethostbyname(name, wait): Promise<HostEntry> {
    const fields = { syscall: "gethostbyname", subject: `"${name}"` };
    refuseDeniedName("gethostbyname", name);
    // As CPython: the first call's error is a gaierror.
    const flags = isDarwin ? AI_CANONNAME : 0;
    const hints = { family: AF_INET, type: 0, proto: 0, flags };
    const answers = await lookUp(name, null, hints, wait, fields);
    if (isDarwin) return entryOf(name, answers);
    const host = cString(name);
    return await findHost(
      wait,
      fields,
      (entry, room, found, error) =>
        libc().gethostbyname_r(
          host,
          entry,
          room,
          BigInt(room.length),
          found,
          error,
        ),
    );
  },

  async gethostbyaddr(address, wait): Promise<HostEntry> {
    const fields = { syscall: "gethostbyaddr", subject: `"${address}"` };
    if (isDarwin) return await namedEntry(address, wait, fields);
    const packed = packNumeric([address, 0]);
    const family = address.includes(":") ? AF_INET6 : AF_INET;
    const host = hostOf(new DataView(packed.buffer)).slice();
    return await findHost(
      wait,
      fields,
      (entry, room, found, error) =>
        libc().gethostbyaddr_r(
          host,
          host.length,
          family,
          entry,
          room,
          BigInt(room.length),
          found,
          error,
        ),
    );
  },
};

// macOS has no gethostbyname_r(3). Untested: nothing here has run on macOS.

function entryOf(name: string, answers: readonly Answer[]): HostEntry {
  const hosts = answers.map(({ address }) =>
    formatIpv4(hostOf(new DataView(address.buffer)))
  );
  return [answers[0].canonname || name, [], [...new Set(hosts)]];
}

async function namedEntry(
  address: string,
  wait: Wait | undefined,
  fields: OSErrorFields,
): Promise<HostEntry> {
  try {
    const [name] = await names.getnameinfo([address, 0], NI_NAMEREQD, wait);
    return [name, [], [address]];
  } catch (error) {
    if (error instanceof gaierror) throw hostError(HOST_NOT_FOUND, fields);
    throw error;
  }
}

// Of <netdb.h>.
const HOST_NOT_FOUND = 1;

// NI_MAXSERV of <netdb.h>.
const SERVICE = 32;

// The first size of the memory for what a host has; it grows with the host.
const ROOM = 8192;

function packNumeric(
  address: InetAddress | Inet6Address,
): Uint8Array<ArrayBuffer> {
  const [host, port, flowinfo = 0, scopeid = 0] = address;
  const family = host.includes(":") ? AF_INET6 : AF_INET;
  return packInternet(family, [host.split("%")[0], port, flowinfo, scopeid])!;
}

/** Runs one of libc's calls that find a host, with as much memory as it needs. */
async function findHost(
  wait: Wait | undefined,
  fields: OSErrorFields,
  call: (
    entry: Uint8Array,
    room: Uint8Array,
    found: Uint8Array,
    error: Uint8Array,
  ) => Promise<number>,
): Promise<HostEntry> {
  return await onThread(
    async () => {
      for (let size = ROOM;; size *= 2) {
        const entry = new Uint8Array(hostent.size);
        const room = new Uint8Array(size);
        const found = new BigUint64Array(1);
        const error = new Int32Array(1);
        const result = await call(
          entry,
          room,
          new Uint8Array(found.buffer),
          new Uint8Array(error.buffer),
        );
        if (result === errno.ERANGE) continue;
        if (found[0] !== 0n) return readHost(new DataView(entry.buffer));
        if (error[0] < 0) throw osErrorFromErrno(result, fields);
        throw hostError(error[0], fields);
      }
    },
    wait,
    fields,
  );
}

/** Reads a struct hostent, whose strings and addresses are in the room it was given. */
function readHost(view: DataView): HostEntry {
  const pointer = (at: number) => view.getBigUint64(at, true);
  const size = view.getInt32(hostent.length, true);
  const format = size === 4 ? formatIpv4 : formatIpv6;
  return [
    textAt(pointer(hostent.name)),
    addressesAt(pointer(hostent.aliases)).map(textAt),
    addressesAt(pointer(hostent.addrList)).map((at) =>
      format(new Uint8Array(copyMemory(at, size).buffer))
    ),
  ];
}

function textIn(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}
