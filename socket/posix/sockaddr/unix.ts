import { decodePath, type UnixAddress } from "../../address.ts";
import { AF_UNIX } from "../../constants/mod.ts";
import { sockaddrUn } from "../layout/mod.ts";
import { setFamily } from "./shape.ts";

/**
 * Makes the address of a Unix socket. An abstract name, which begins with NUL,
 * is as long as it is; "" makes `bind` choose an abstract name.
 */
export function packUnix(address: UnixAddress): Uint8Array<ArrayBuffer> {
  const path = typeof address === "string"
    ? new TextEncoder().encode(address)
    : address;
  const isPath = path.length > 0 && path[0] !== 0;
  const bytes = new Uint8Array(
    sockaddrUn.path + path.length + (isPath ? 1 : 0),
  );
  setFamily(new DataView(bytes.buffer), AF_UNIX);
  bytes.set(path, sockaddrUn.path);
  return bytes;
}

/** Reads the address of a Unix socket; bytes if they are not UTF-8, "" for a socket without a name. */
export function unpackUnix(view: DataView): UnixAddress {
  const start = view.byteOffset + sockaddrUn.path;
  const room = view.byteLength - sockaddrUn.path;
  if (room <= 0) return "";
  const bytes = new Uint8Array(view.buffer, start, room);
  const end = bytes[0] === 0 ? room : bytes.indexOf(0);
  const path = bytes.slice(0, end < 0 ? room : end);
  return decodePath(path) ?? path;
}
