// Names of contenders that bars of several figures go by.

export const RAW = "raw Deno.Conn";
export const RAW_DATAGRAMS = "raw Deno.DatagramConn";
export const RAW_TLS = "Deno.listenTls";
export const UVLOOP = "CPython, asyncio on uvloop";
export const PYTHON_THREADING = "CPython, ThreadingTCPServer";
export const THREADING = "ThreadingTCPServer";

/** Whether the POSIX driver is to be measured. */
export const hasPosix: boolean = Deno.build.os === "linux";

/** Those contenders, where there is the POSIX driver. */
export function ifPosix<T>(...contenders: T[]): T[] {
  return hasPosix ? contenders : [];
}
